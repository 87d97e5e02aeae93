// Ticks the rules of a new password while it is typed; whether it is taken, the server says.

const KINDS = [/\p{Ll}/u, /\p{Lu}/u, /\p{Nd}/u, /[^\p{L}\p{N}]/u];

function start(list) {
  const [chosen, again] = ["new_password", "again"].map((id) => document.getElementById(id));
  const name = list.dataset.name.toLowerCase();
  const tests = {
    length: () => chosen.value.length >= Number(list.dataset.length),
    kinds: () => KINDS.filter((kind) => kind.test(chosen.value)).length >= Number(list.dataset.kinds),
    name: () => chosen.value !== "" && !(name && chosen.value.toLowerCase().includes(name)),
    same: () => chosen.value !== "" && chosen.value === again.value,
  };
  const look = () => {
    for (const line of list.querySelectorAll("[data-rule]")) line.classList.toggle("is-met", tests[line.dataset.rule]());
  };
  for (const field of [chosen, again]) field.addEventListener("input", look);
  look();
}

const list = document.getElementById("password-rules");
if (list) start(list);
