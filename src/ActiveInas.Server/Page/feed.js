// The images to label next: leased ahead of time, loaded and decoded, so that advancing shows the next one at once.

import { get, postLast } from './api.js';

const wanted = 8;
const askAgain = 3_000;

// An image element that is loaded and decoded; `isBroken` where that failed. `size` is the longest edge wanted, in device pixels.
export function loadImage(item, size) {
  const image = new Image();
  image.decoding = 'sync';
  image.draggable = false;
  image.alt = '';
  image.src = imageUrl(item, size);
  item.image = image;
  item.isReady = false;
  item.ready = image.decode().then(() => { item.isBroken = false; }, () => { item.isBroken = true; }).then(() => {
    item.isReady = true;

    // Where the server could not read the size, the browser may.
    item.width ||= image.naturalWidth || 1;
    item.height ||= image.naturalHeight || 1;
  });
  return item;
}

// Photos are asked for at the size they are shown at; the server makes smaller ones in steps.
export function imageUrl(item, size) {
  if (!item.width) { return item.url; }
  const longest = Math.max(item.width, item.height);
  const step = [160, 320, 640, 1280, 1920].find(width => width * longest >= size * item.width);
  if (step === undefined || step * 1.25 >= item.width) { return item.url; }
  return `${item.url}${item.url.includes('?') ? '&' : '?'}w=${step}`;
}

// Events: "change" when an image arrives that was waited for, or when there is nothing to label now; "lost" { error }.
export class Feed extends EventTarget {
  #items = [];
  #outbox;
  #imageSize;
  #isFilling = false;
  #timer = null;

  // `imageSize` tells how large an image is shown, in device pixels.
  constructor(outbox, imageSize) {
    super();
    this.#outbox = outbox;
    this.#imageSize = imageSize;
  }

  // Whether the server was asked and had nothing.
  isEmpty = false;

  get current() { return this.#items[0] ?? null; }

  get count() { return this.#items.length; }

  take() {
    const item = this.#items.shift();
    this.#items[0]?.image.decode().catch(() => { });
    this.fill();
    return item;
  }

  // An image that is to be answered again comes first.
  putBack(item) {
    this.#items = [item, ...this.#items.filter(other => other.id !== item.id)];
    this.isEmpty = false;
    if (!item.image) { loadImage(item, this.#imageSize()); }
    this.dispatchEvent(new Event('change'));
  }

  // Images that were fetched and not answered go back, for others or for this page when it is opened again.
  release() {
    const leases = this.#items.map(item => item.lease).filter(Boolean);
    this.#items = [];
    return leases.length > 0 ? postLast('release', { leases }) : Promise.resolve();
  }

  async fill() {
    if (this.#isFilling) { return; }
    this.#isFilling = true;
    clearTimeout(this.#timer);
    try {
      this.#dropExpired();
      if (this.#items.length < wanted) { this.#add(await get(`next?n=${wanted - this.#items.length}`)); }
    } catch (error) {
      this.dispatchEvent(new CustomEvent('lost', { detail: { error } }));
    } finally {
      this.#isFilling = false;
      if (this.#items.length < wanted) { this.#timer = setTimeout(() => this.fill(), askAgain); }
    }
  }

  // An image that is here already, because somebody looked at it until its lease ended, has a new lease now.
  #add(answer) {
    const count = this.#items.length;
    for (const item of answer) {
      const held = this.#items.find(other => other.id === item.id);
      if (held) { Object.assign(held, { lease: item.lease, expires: item.expires }); } else if (!this.#outbox.holds(item.id)) { this.#items.push(loadImage(item, this.#imageSize())); }
    }

    if (count === 0 || this.#items.length === 0) {
      this.isEmpty = this.#items.length === 0;
      this.dispatchEvent(new Event('change'));
    }
  }

  #dropExpired() {
    const now = Date.now();
    this.#items = this.#items.filter((item, index) => index === 0 || !item.expires || Date.parse(item.expires) > now);
  }
}
