/* Sending one's own bill and tables; what is wrong with them comes back as one line. */
"use strict";
(() => {
  const { find, make } = serve;
  find("bill-file").addEventListener("change", async () => {
    const file = find("bill-file").files[0];
    if (!file) { return; }
    find("bill-text").value = await file.text();
    find("bill-name").value = file.name.replace(/\.ya?ml$/i, "");
  });
  async function send(event, name, path, body) {
    event.preventDefault();
    find(`${name}-refusal`).textContent = "";
    find(`${name}-status`).textContent = "Checking ...";
    try {
      const found = await serve.ask(path, await body());
      serve.keep(name === "bill" ? "bills" : "tables", { key: found.key, title: found.title });
      const links = [["/", "run it"], ["/bad-years", "bad years"], ["/districts", "one district"], ["/watch", "watch districts"]];
      find(`${name}-status`).replaceChildren(`Taken: ${found.said} `, ...links.flatMap(([page, said]) => [make("a", said, { href: serve.address(page, { [name]: found.key }) }), " "]));
    } catch (refused) {
      find(`${name}-status`).textContent = "";
      find(`${name}-refusal`).textContent = refused.message;
    }
  }
  find("bill-form").addEventListener("submit", (event) => send(event, "bill", "/bills", async () => ({ name: find("bill-name").value, text: find("bill-text").value })));
  find("tables-form").addEventListener("submit", (event) => send(event, "tables", "/tables", async () => {
    const files = await Promise.all(Array.from(find("tables-files").files, async (file) => [file.name, await file.text()]));
    return { files: Object.fromEntries(files) };
  }));
})();
