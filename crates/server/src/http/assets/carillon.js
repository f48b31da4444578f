// Copy buttons, keys, the filter of event boxes, running clocks. Every page works without it.
(() => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const status = document.createElement("p");
  status.className = "hidden";
  status.setAttribute("role", "status");
  document.body.append(status);

  for (const button of all("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const source = document.getElementById(button.dataset.copy);
      try {
        await navigator.clipboard.writeText(source.textContent);
        status.textContent = "Copied.";
        const word = button.textContent;
        button.textContent = "Copied";
        setTimeout(() => { button.textContent = word; }, 1500);
      } catch {
        getSelection().selectAllChildren(source);
        status.textContent = "Selected. Copy it with the keyboard.";
      }
    });
  }

  for (const box of all("[data-filter]")) {
    box.closest("[hidden]")?.removeAttribute("hidden");
    box.addEventListener("input", () => {
      const wanted = box.value.trim().toLowerCase();
      for (const label of all("[data-event]")) {
        label.hidden = wanted !== "" && !label.dataset.event.includes(wanted);
      }
    });
  }

  for (const tick of all("[data-group]")) {
    const boxes = () => [...tick.closest("fieldset").querySelectorAll("[data-event] input")];
    const show = () => {
      const ticked = boxes().filter((box) => box.checked).length;
      tick.checked = ticked === boxes().length;
      tick.indeterminate = ticked > 0 && !tick.checked;
    };
    tick.closest("label").hidden = false;
    tick.addEventListener("change", () => {
      for (const box of boxes()) box.checked = tick.checked;
    });
    for (const box of boxes()) box.addEventListener("change", show);
    show();
  }

  const clock = (seconds) => {
    const two = (number) => String(number).padStart(2, "0");
    return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  };
  const running = all("[data-running]");
  if (running.length > 0) {
    const start = Date.now();
    setInterval(() => {
      const passed = Math.floor((Date.now() - start) / 1000);
      for (const place of running) {
        place.textContent = clock(Number(place.dataset.running) + passed);
      }
    }, 1000);
  }

  const rows = () => all("tbody tr").filter((row) => row.querySelector("a"));
  let row = -1;
  const go = (step) => {
    const found = rows();
    if (found.length === 0) return;
    row = Math.min(Math.max(row + step, 0), found.length - 1);
    found[row].querySelector("a").focus();
  };
  const places = {
    w: "/integrations/webhooks", b: "/integrations/broadcasts", t: "/timers", e: "/entries", p: "/projects",
  };
  const keys = "/ filter · j k rows · Enter open · g w webhooks · g b broadcasts · g t timers · g e entries · g p projects";
  let led = false;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.matches("input, textarea, select")) return;
    if (led) {
      led = false;
      if (places[event.key]) location.assign(places[event.key]);
      return;
    }
    if (event.key === "g") led = true;
    else if (event.key === "j") go(1);
    else if (event.key === "k") go(-1);
    else if (event.key === "?") { status.className = "keys"; status.textContent = keys; }
    else if (event.key === "Escape") status.className = "hidden";
    else if (event.key === "/") {
      const box = document.querySelector("[data-filter], .filters input");
      if (box) { event.preventDefault(); box.focus(); }
    }
  });

  document.addEventListener("click", (event) => {
    const menu = document.querySelector("details.person[open]");
    if (menu && !menu.contains(event.target)) menu.open = false;
  });
  document.querySelector("[role=alert][tabindex]")?.focus();
})();
