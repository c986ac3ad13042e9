// Uploads several files one after another with progress; without JavaScript the form sends one.
export function start(root) {
  for (const form of root.querySelectorAll("form[data-upload]")) new Uploads(form).begin();
}

class Uploads {
  constructor(form) {
    this.form = form;
    this.list = form.querySelector("[data-uploads]");
    this.input = form.querySelector("input[type=file]");
    this.waiting = [];
    this.busy = false;
    this.failed = 0;
  }

  begin() {
    const zone = this.form.querySelector("[data-drop]");
    this.input.multiple = true;
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.add([...this.input.files]);
      this.input.value = "";
    });
    for (const name of ["dragenter", "dragover"]) {
      zone.addEventListener(name, (event) => {
        event.preventDefault();
        zone.classList.add("over");
      });
    }
    for (const name of ["dragleave", "drop"]) {
      zone.addEventListener(name, () => zone.classList.remove("over"));
    }
    zone.addEventListener("drop", (event) => {
      event.preventDefault();
      this.add([...event.dataTransfer.files]);
    });
    window.addEventListener("beforeunload", (event) => {
      if (this.busy) event.preventDefault();
    });
  }

  add(files) {
    for (const file of files) this.waiting.push({ file, line: this.line(file) });
    if (!this.busy) this.work();
  }

  async work() {
    this.busy = true;
    while (this.waiting.length) {
      const { file, line } = this.waiting.shift();
      try {
        await this.send(file, line);
        line.say("stored");
      } catch (problem) {
        this.failed += 1;
        line.fail(problem.message);
      }
    }
    this.busy = false;
    if (!this.failed) {
      await shown(this.form.dataset.done);
      location.assign(this.form.dataset.done);
    }
    this.failed = 0;
  }

  // Each file gets a ticket of its own: one is good for 15 minutes, a large file may take longer.
  async ticket() {
    const answer = await fetch(this.form.dataset.upload, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRF-Token": this.form.dataset.csrf },
      body: JSON.stringify({ prefix: this.form.dataset.prefix }),
    });
    const body = await answer.json();
    if (!answer.ok) throw new Error(body.detail || "The upload was refused.");
    return body;
  }

  async send(file, line) {
    const { url, fields } = await this.ticket();
    const body = new FormData();
    for (const [name, value] of Object.entries(fields)) body.append(name, value);
    body.append("file", file);
    await post(url, body, (share) => line.progress(share));
  }

  line(file) {
    const item = document.createElement("li");
    const row = document.createElement("div");
    row.className = "row";
    const name = document.createElement("span");
    name.className = "grow";
    name.textContent = file.name;
    const state = document.createElement("span");
    state.className = "num soft";
    state.textContent = "waiting";
    const bar = document.createElement("progress");
    bar.max = 1;
    bar.value = 0;
    bar.setAttribute("aria-label", `Upload of ${file.name}`);
    row.append(name, state);
    item.append(row, bar);
    this.list.append(item);
    const started = { at: 0 };
    return {
      progress(share) {
        started.at ||= performance.now();
        bar.value = share;
        state.textContent = left(share, performance.now() - started.at);
      },
      say(text) {
        bar.value = 1;
        state.textContent = text;
      },
      fail(text) {
        bar.remove();
        state.className = "badge bad";
        state.textContent = "failed";
        const reason = document.createElement("span");
        reason.className = "soft";
        reason.textContent = text;
        item.append(reason);
      },
    };
  }
}

function left(share, elapsed) {
  const percent = `${Math.floor(share * 100)} %`;
  if (share < 0.02 || elapsed < 1500) return percent;
  const seconds = Math.ceil((elapsed / share - elapsed) / 1000);
  return seconds > 90 ? `${percent}, ${Math.ceil(seconds / 60)} min left` : `${percent}, ${seconds} s left`;
}

// A new folder has a page once its first file is indexed: a moment later, and seldom much more.
async function shown(page) {
  for (let tries = 0; tries < 25; tries += 1) {
    if ((await fetch(page)).ok) return;
    await new Promise((done) => setTimeout(done, 200));
  }
}

// fetch() tells nothing of the way up, so this is an XMLHttpRequest.
function post(url, body, progress) {
  return new Promise((done, fail) => {
    const request = new XMLHttpRequest();
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) progress(event.loaded / event.total);
    });
    request.addEventListener("load", () => {
      if (request.status < 300) done();
      else fail(new Error(reason(request)));
    });
    request.addEventListener("error", () => fail(new Error("The connection broke. Upload it again.")));
    request.open("POST", url);
    request.send(body);
  });
}

function reason(request) {
  const message = new DOMParser().parseFromString(request.responseText, "application/xml");
  return message.querySelector("Message")?.textContent || `It was refused with status ${request.status}.`;
}
