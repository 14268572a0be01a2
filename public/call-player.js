// <call-player src duration caller assistant step>: the two lanes of a call's audio above the browser's own player.
//
// The <audio> inside is the one that plays; the lanes only draw its peaks (measured by the server) and seek in it. The
// page works without this file. Drawing is in the shadow of the element, out of the way of what renders the page.

class CallPlayer extends HTMLElement {
  connectedCallback() {
    if (!this.surfer && !this.loading) this.draw();
  }

  disconnectedCallback() {
    this.loading = false;
    this.surfer?.destroy();
    this.surfer = null;
    this.themes?.disconnect();
    this.scheme?.removeEventListener("change", this.recolour);
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

  async draw() {
    this.loading = true;
    const media = this.querySelector("audio");
    const { default: WaveSurfer } = await import("/pkg/wavesurfer.js");
    if (!this.loading || !media) return;
    this.loading = false;

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
