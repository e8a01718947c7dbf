// Browsers start no worker from a file address. There the search runs in a hidden frame that stands for its worker.
if (location.protocol === "file:") {
  window.Worker = class extends EventTarget {
    constructor(address) {
      super();
      this.frame = document.createElement("iframe");
      this.frame.hidden = true;
      this.frame.title = "search";
      document.body.append(this.frame);
      const inside = this.frame.contentWindow;
      inside.postMessage = (data) => setTimeout(() => this.tell(structuredClone(data)));
      const script = inside.document.createElement("script");
      script.src = address;
      this.ready = new Promise((loaded) => (script.onload = loaded));
      script.onerror = () => this.onerror && this.onerror(new Event("error"));
      inside.document.body.append(script);
    }

    tell(data) {
      const message = new MessageEvent("message", { data });
      if (this.onmessage) this.onmessage(message);
      this.dispatchEvent(message);
    }

    postMessage(sent) {
      const data = structuredClone(sent);
      this.ready.then(() => {
        const inside = this.frame.contentWindow;
        if (inside) inside.dispatchEvent(new inside.MessageEvent("message", { data }));
      });
    }

    terminate() {
      this.frame.remove();
    }
  };
}
