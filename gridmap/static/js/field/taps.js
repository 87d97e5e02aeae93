// A tap is meant for what one saw: after the screen or what stands at the thumb has changed, taps fall on nothing for a moment.

const SETTLE_MS = 450;

/** Lays the guard over the phone whenever its screen or foot has become another, and when the sheet closes over it. */
export function guardTaps(phone, sheet) {
  let seen = atTheThumb(phone);
  let timer = null;

  function settle() {
    phone.classList.add("is-settling"); // a cover in CSS: also for what was pressed before and is let go now
    clearTimeout(timer);
    timer = setTimeout(() => phone.classList.remove("is-settling"), SETTLE_MS);
  }

  new MutationObserver(() => {
    const now = atTheThumb(phone);
    if (now === seen) return;
    seen = now;
    settle();
  }).observe(phone, { childList: true, subtree: true });
  sheet.addEventListener("close", settle);
}

/** What a hurried second tap could fall on: the screen, the words of its foot, the cards of the sides in their order. */
function atTheThumb(phone) {
  const sides = [...phone.querySelectorAll(".side-card")].map(({ dataset }) => dataset.cell);
  return [window.location.hash, ...[...phone.querySelectorAll(".bar")].map((bar) => bar.textContent), ...sides].join("|");
}
