// One image: fitted into its place, at its own size, or anything between; tiny ones as squares of pixels.

import { loadImage } from './feed.js';

const tiny = 64;           // pixels of the longest edge, up to which the pixels are shown as squares
const mostOfTiny = 24;     // how far images are enlarged to fit
const mostOfSmall = 4;
const mostOfAll = 16;      // how far they are enlarged by hand

export class Stage {
  #element;
  #label;
  #item = null;
  #scale = null;           // null: fitted
  #x = 0.5;                // the point of the image in the middle of the stage, as shares of its width and height
  #y = 0.5;
  #drag = null;

  constructor(element, label) {
    this.#element = element;
    this.#label = label;
    element.addEventListener('pointerdown', event => this.#press(event));
    element.addEventListener('pointermove', event => this.#move(event));
    element.addEventListener('pointerup', event => this.#release(event));
    element.addEventListener('pointercancel', () => { this.#drag = null; });
    element.addEventListener('wheel', event => this.#wheel(event), { passive: false });
    new ResizeObserver(() => this.#place()).observe(element);
  }

  // Device pixels of the longer edge: how large an image must be to look sharp.
  get pixels() { return Math.max(this.#element.clientWidth, this.#element.clientHeight, 320) * Math.min(window.devicePixelRatio || 1, 2); }

  show(item) {
    if (this.#item === item && this.#element.contains(item.image)) { return; }
    this.#item = item;
    this.fit();
    this.#element.classList.toggle('broken', Boolean(item.isBroken));
    this.#element.replaceChildren(item.image);
    this.#place();
  }

  clear() {
    this.#item = null;
    this.#element.replaceChildren();
    this.#label.textContent = '';
  }

  fit() {
    this.#scale = null;
    this.#x = this.#y = 0.5;
    this.#place();
  }

  // Fitted or at its own size, around a point of the image.
  toggle(x = 0.5, y = 0.5) {
    if (this.#scale !== null) { return this.fit(); }
    this.zoomTo(this.#isSame(1) ? Math.min(2, mostOfAll) : 1, x, y);
  }

  zoomBy(factor) { this.zoomTo((this.#scale ?? this.#fitted()) * factor); }

  zoomTo(scale, x = this.#x, y = this.#y) {
    if (this.#item === null) { return; }
    this.#scale = Math.min(Math.max(scale, Math.min(this.#fitted(), 1)), mostOfAll);
    [this.#x, this.#y] = [x, y];
    this.#place();
    this.#sharpen();
  }

  #isSame(scale) { return Math.abs(this.#fitted() - scale) < 0.01; }

  #isTiny() { return Math.max(this.#item.width, this.#item.height) <= tiny; }

  #fitted() {
    const { width, height } = this.#item;
    const most = this.#isTiny() ? mostOfTiny : mostOfSmall;
    return Math.min(this.#element.clientWidth / width, this.#element.clientHeight / height, most);
  }

  #place() {
    if (this.#item === null) { return; }
    const [stageWidth, stageHeight] = [this.#element.clientWidth, this.#element.clientHeight];
    const scale = this.#scale ?? this.#fitted();
    const [width, height] = [this.#item.width * scale, this.#item.height * scale];

    // An edge of the image never comes inside the stage where the image is larger than it.
    const inside = (share, size, room) => size <= room ? 0.5 : Math.min(Math.max(share, room / 2 / size), 1 - room / 2 / size);
    this.#x = inside(this.#x, width, stageWidth);
    this.#y = inside(this.#y, height, stageHeight);
    const style = this.#item.image.style;
    style.width = `${width}px`;
    style.height = `${height}px`;
    style.left = `${stageWidth / 2 - this.#x * width}px`;
    style.top = `${stageHeight / 2 - this.#y * height}px`;
    style.imageRendering = this.#isTiny() ? 'pixelated' : 'auto';
    this.#element.classList.toggle('zoomed', width > stageWidth + 1 || height > stageHeight + 1);
    this.#label.textContent = `${this.#item.width} × ${this.#item.height}, ${this.#scale === null ? 'fitted' : ''} ${Math.round(100 * scale)} %`;
  }

  // Looking closer needs the pixels of the original.
  async #sharpen() {
    const item = this.#item;
    const scale = this.#scale * (window.devicePixelRatio || 1);
    if (item.isBroken || item.image.naturalWidth >= item.width * Math.min(scale, 1) * 0.99) { return; }
    const sharp = loadImage({ ...item }, Infinity);
    await sharp.ready;
    if (!sharp.isBroken) {
      if (item.image.isConnected) { item.image.replaceWith(sharp.image); }
      item.image = sharp.image;
      if (this.#item === item) { this.#place(); }
    }
  }

  #press(event) {
    if (event.button !== 0 || this.#item === null) { return; }
    event.preventDefault();
    this.#element.setPointerCapture(event.pointerId);
    this.#drag = { x: event.clientX, y: event.clientY, hasMoved: false };
  }

  #move(event) {
    if (this.#drag === null || this.#item === null) { return; }
    const [dx, dy] = [event.clientX - this.#drag.x, event.clientY - this.#drag.y];
    if (!this.#drag.hasMoved && Math.hypot(dx, dy) < 5) { return; }
    const image = this.#item.image;
    this.#x -= dx / image.clientWidth;
    this.#y -= dy / image.clientHeight;
    this.#drag = { x: event.clientX, y: event.clientY, hasMoved: true };
    this.#place();
  }

  #release(event) {
    const wasClick = this.#drag !== null && !this.#drag.hasMoved;
    this.#drag = null;
    if (wasClick) { this.toggle(...this.#pointOf(event)); }
  }

  #wheel(event) {
    if (this.#item === null) { return; }
    event.preventDefault();
    const before = this.#pointOf(event);
    const factor = Math.exp(-event.deltaY / 400);
    const box = this.#element.getBoundingClientRect();
    this.zoomBy(factor);
    const image = this.#item.image;

    // The point under the pointer stays there.
    this.#x = before[0] - (event.clientX - box.left - box.width / 2) / image.clientWidth;
    this.#y = before[1] - (event.clientY - box.top - box.height / 2) / image.clientHeight;
    this.#place();
  }

  #pointOf(event) {
    const box = this.#item.image.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  }
}
