// <call-player src duration caller assistant step>: the two lanes of a call's audio above the browser's own player.
//
// The <audio> inside is the one that plays; the lanes only draw its peaks (measured by the server) and seek in it. The
// page works without this file. Drawing is in the shadow of the element, out of the way of what renders the page.

class CallPlayer extends HTMLElement {
  static observedAttributes = ["duration", "caller", "assistant"];

  connectedCallback() {
    this.redraw();
  }

  // The page may go on to the next call with the same element.
  attributeChangedCallback() {
    if (this.isConnected) this.redraw();
  }

  disconnectedCallback() {
    this.clear();
  }

  clear() {
    this.drawing = null;
    this.surfer?.destroy();
    this.surfer = null;
    this.themes?.disconnect();
    this.scheme?.removeEventListener("change", this.recolour);
  }

  // Several attributes change at once; draw them once.
  redraw() {
    this.clear();
    const drawing = (this.drawing = Symbol());
    queueMicrotask(() => this.draw(drawing));
  }

  peaks(name) {
    return (this.getAttribute(name) || "").split(",").map((peak) => Number(peak) / 100);
  }

  colours() {
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(name).trim();
    return [
      { waveColor: colour("--color-base-content"), progressColor: colour("--color-base-content") },
      { waveColor: colour("--color-primary"), progressColor: colour("--color-primary") },
    ].map((lane) => ({ ...lane, waveColor: `color-mix(in oklab, ${lane.waveColor} 45%, transparent)` }));
  }

  async draw(drawing) {
    const { default: WaveSurfer } = await import("./wavesurfer.js");
    const media = this.querySelector("audio");
    if (this.drawing !== drawing || !media) return;

    const shadow = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    shadow.replaceChildren();
    const lanes = document.createElement("div");
    shadow.append(lanes, document.createElement("slot"));

    this.surfer = WaveSurfer.create({
      container: lanes,
      media,
      peaks: [this.peaks("caller"), this.peaks("assistant")],
      duration: Number(this.getAttribute("duration")) / 1000,
      splitChannels: this.colours(),
      height: 52,
      barWidth: 2,
      barGap: 1,
      barRadius: 2,
      cursorWidth: 2,
      cursorColor: getComputedStyle(document.documentElement).getPropertyValue("--color-primary").trim(),
      dragToSeek: true,
      cspNonce: document.querySelector("script[nonce]")?.nonce,
    });

    this.recolour = () => this.surfer?.setOptions({ splitChannels: this.colours() });
    this.themes = new MutationObserver(this.recolour);
    this.themes.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    this.scheme = matchMedia("(prefers-color-scheme: dark)");
    this.scheme.addEventListener("change", this.recolour);
  }
}

customElements.define("call-player", CallPlayer);
