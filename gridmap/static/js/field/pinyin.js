// The first letters of Chinese words in pinyin, from the browser's own Chinese sorting: no table to keep.

// Each letter with the first character that sorts under it; i, u and v begin no syllable.
const FIRST = [..."阿八嚓咑婀发旮哈丌咔垃妈拏喔趴七呥仨他屲夕丫匝"];
const LETTERS = [..."abcdefghjklmnopqrstwxyz"];
const sorting = Intl.Collator.supportedLocalesOf(["zh-CN"]).length ? new Intl.Collator("zh-CN-u-co-pinyin") : null;
const HAN = /\p{Script=Han}/u;

/** ljd for 垃圾袋; other characters stay, in lower case. Characters with two readings get one of them. */
export function initials(text) {
  return [...text].map((sign) => (sorting && HAN.test(sign) ? letterOf(sign) : sign.toLowerCase())).join("");
}

function letterOf(sign) {
  let found = "";
  for (let i = 0; i < FIRST.length && sorting.compare(sign, FIRST[i]) >= 0; i += 1) found = LETTERS[i];
  return found || sign;
}
