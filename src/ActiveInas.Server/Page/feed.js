// The images to label next: leased ahead of time, loaded and decoded, so that advancing shows the next one at once.

import { get } from './api.js';

const wanted = 10;
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
  item.ready = image.decode().then(() => { item.isBroken = false; }, () => { item.isBroken = true; }).then(() => { item.isReady = true; });
  return item;
}

// Photos are asked for at the size they are shown at; the server makes smaller ones in steps.
export function imageUrl(item, size) {
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

  // A batch of before the last training: what is not shown yet goes back when its lease ends, and newer images take its place.
  async fill() {
    if (this.#isFilling) { return; }
    this.#isFilling = true;
    clearTimeout(this.#timer);
    try {
      this.#dropExpired();
      let ask = wanted - this.#items.length;
      while (this.#items.length < wanted) {
        const answer = await get(`next?n=${ask}`);
        const added = answer.filter(item => this.#isNew(item));
        this.#items.push(...added.map(item => loadImage(item, this.#imageSize())));
        if (added.length > 0 || this.#items.length === 0) { this.#tell(answer.length === 0 && this.#items.length === 0); }

        // Where the server repeats leases that are held here already, it is asked for more than those.
        const more = this.#items.length + this.#outbox.count + wanted;
        if (answer.length < ask || (added.length === 0 && ask >= more)) { break; }
        ask = added.length === 0 ? more : wanted - this.#items.length;
      }
    } catch (error) {
      this.dispatchEvent(new CustomEvent('lost', { detail: { error } }));
    } finally {
      this.#isFilling = false;
      if (this.#items.length < wanted) { this.#timer = setTimeout(() => this.fill(), askAgain); }
    }
  }

  #isNew(item) { return !this.#items.some(other => other.id === item.id) && !this.#outbox.holds(item.id); }

  #dropExpired() {
    const now = Date.now();
    this.#items = this.#items.filter((item, index) => index === 0 || !item.expires || Date.parse(item.expires) > now);
  }

  #tell(isEmpty) {
    this.isEmpty = isEmpty;
    this.dispatchEvent(new Event('change'));
  }
}
