"use strict";
// The class's page: sorting and filtering the table of students, and reading the strips of tests.
(() => {
  const inOrder = new Intl.Collator(undefined, { numeric: true });

  function start(section) {
    const table = section.querySelector("table.students");
    if (!table) return;
    const students = Array.from(table.tBodies[0].rows, readRow);
    for (const part of section.querySelectorAll(".scripted")) part.hidden = false;
    makeSortable(table, students);
    const filter = makeFilter(section.querySelector("form.controls"), students);
    makeStrips(section, students, filter);
  }

  function readRow(row) {
    return {
      row,
      name: row.cells[0].textContent,
      link: row.querySelector("a"),
      text: row.textContent.toLowerCase(),
      status: row.dataset.status,
      letters: row.dataset.letters,
      rank: Number(row.dataset.rank),
      values: Array.from(row.cells, valueOf),
    };
  }

  function valueOf(cell) {
    const value = cell.dataset.value;
    if (value === undefined) return cell.textContent;
    return value === "" ? NaN : Number(value);
  }

  // Sorting: the first press on a heading of numbers puts the largest on top, on one of texts the
  // first in order; the next press turns it round. Who has no number is last either way.
  function makeSortable(table, students) {
    const headings = Array.from(table.tHead.rows[0].cells);
    headings.forEach((heading, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.title = table.dataset.sorts;
      button.append(...heading.childNodes);
      heading.append(button);
      button.addEventListener("click", () => {
        const isNumber = heading.classList.contains("n");
        const before = heading.getAttribute("aria-sort");
        const first = isNumber ? "descending" : "ascending";
        const other = isNumber ? "ascending" : "descending";
        const now = before === first ? other : first;
        for (const one of headings) one.removeAttribute("aria-sort");
        heading.setAttribute("aria-sort", now);
        const sign = now === "ascending" ? 1 : -1;
        const sorted = students.slice().sort((a, b) => compare(a.values[column], b.values[column], sign));
        table.tBodies[0].append(...sorted.map((student) => student.row));
      });
    });
  }

  function compare(a, b, sign) {
    if (typeof a === "string") return sign * inOrder.compare(a, b);
    if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) - Number.isNaN(b);
    return sign * (a - b);
  }

  function makeFilter(form, students) {
    const fields = form.elements;
    function apply() {
      const words = fields.text.value.toLowerCase().split(/\s+/).filter(Boolean);
      const status = fields.status.value;
      const test = fields.test.value;
      let count = 0;
      for (const student of students) {
        const isShown = words.every((word) => student.text.includes(word))
          && hasStatus(student, status)
          && (test === "" || student.letters[test] !== "p");
        student.row.hidden = !isShown;
        count += isShown;
      }
      fields.count.value = String(count);
    }
    for (const event of ["input", "change"]) form.addEventListener(event, apply);
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", () => setTimeout(apply));
    // A browser keeps what was typed when a page is loaded again.
    if (fields.text.value || fields.status.value || fields.test.value) apply();
    return { form, apply };
  }

  function hasStatus(student, status) {
    if (status === "less") return student.status === "graded";
    return status === "" || student.status === status;
  }

  function makeStrips(section, students, filter) {
    const ranked = [];
    for (const student of students) ranked[student.rank] = student;
    const names = {};
    for (const item of section.querySelectorAll("[data-letter]")) {
      names[item.dataset.letter] = item.querySelector("span").textContent;
    }
    const tip = section.querySelector(".tip output");
    for (const heading of section.querySelectorAll("th[data-test]")) {
      const title = heading.textContent;
      const button = document.createElement("button");
      button.type = "button";
      button.append(...heading.childNodes);
      heading.append(button);
      button.addEventListener("click", () => {
        filter.form.elements.test.value = heading.dataset.test;
        filter.apply();
        filter.form.elements.test.focus();
        filter.form.scrollIntoView();
      });
      const strip = heading.parentElement.querySelector(".strip svg");
      const at = (event) => {
        const box = strip.getBoundingClientRect();
        const place = Math.floor(((event.clientX - box.left) / box.width) * ranked.length);
        return Math.min(Math.max(place, 0), ranked.length - 1);
      };
      strip.addEventListener("pointermove", (event) => {
        const place = at(event);
        tip.parentElement.hidden = false;
        tip.value = `${ranked[place].name} · ${title}: ${names[strip.dataset.letters[place]]}`;
      });
      strip.addEventListener("click", (event) => ranked[at(event)].link.click());
    }
  }

  for (const section of document.querySelectorAll("section.class")) start(section);
})();
