// Which sign stands for a category: by its group, and where a group is a mixture, by its number in the catalogue.

// Of each group (大类) of a catalogue; [first, last, sign] for the numbers that are something else.
const FACILITIES = {
  groups: { "01": "facility", "02": "road", "03": "facility", "04": "plant", "05": "other" },
  numbers: [
    ["01001", "01012", "drain"], ["01013", "01013", "alarm"], ["01014", "01023", "drain"], ["01024", "01025", "water"], ["01026", "01026", "drain"],
    ["01037", "01039", "light"], ["01060", "01060", "light"], ["01063", "01063", "water"], ["01067", "01072", "water"], ["01073", "01073", "drain"],
    ["01076", "01076", "building"], ["02010", "02013", "sign"], ["02014", "02014", "light"], ["02023", "02023", "sign"], ["02030", "02030", "sign"],
    ["02035", "02041", "sign"], ["03002", "03002", "sign"], ["03003", "03003", "drain"], ["03004", "03005", "bin"], ["03006", "03008", "sign"],
    ["03011", "03012", "drain"], ["03013", "03013", "sign"], ["03014", "03016", "bin"], ["04006", "04007", "facility"], ["04010", "04010", "water"],
    ["05002", "05009", "building"],
  ],
};
const MATTERS = {
  groups: { ...FACILITIES.groups, "06": "other", "07": "sign", "08": "construction", "09": "stall", "10": "other" },
  numbers: [
    ...FACILITIES.numbers,
    ["06001", "06002", "building"], ["06003", "06003", "road"], ["06004", "06007", "building"], ["06008", "06008", "facility"], ["06009", "06009", "building"],
    ["06010", "06011", "bin"], ["06012", "06014", "road"], ["06015", "06015", "water"], ["06016", "06016", "road"], ["06017", "06018", "plant"],
    ["06019", "06019", "building"], ["06020", "06020", "smoke"], ["06021", "06022", "plant"], ["06023", "06026", "water"], ["06027", "06027", "smoke"],
    ["06028", "06028", "noise"], ["06029", "06029", "smoke"], ["06030", "06030", "water"], ["06032", "06033", "bin"], ["06034", "06034", "vehicle"],
    ["06035", "06037", "bin"], ["06039", "06040", "road"], ["06041", "06042", "bin"], ["06043", "06043", "building"], ["06044", "06044", "sign"],
    ["06045", "06045", "plant"], ["06046", "06046", "water"], ["06047", "06047", "plant"], ["06048", "06052", "road"], ["09003", "09003", "people"],
    ["09009", "09012", "vehicle"], ["09016", "09019", "vehicle"], ["10001", "10001", "road"], ["10002", "10002", "facility"],
  ],
};
const CATALOGUES = {
  "GBT47678:component": FACILITIES,
  "GBT47678:matter": MATTERS,
  "GBT30428:component": { groups: FACILITIES.groups, numbers: [] },
  "GBT30428:matter": {
    groups: { "01": "other", "02": "sign", "03": "construction", "04": "stall", "05": "alarm", "06": "other" },
    numbers: [["0501", "0501", "water"], ["0503", "0503", "drain"], ["0505", "0505", "road"], ["0506", "0506", "water"], ["0507", "0507", "road"], ["0508", "0508", "facility"]],
  },
  "own:matter": {
    groups: { A: "alarm", B: "alarm", C: "people", D: "stall", E: "bin" },
    numbers: [["A01", "A01", "people"], ["A02", "A02", "shield"], ["B01", "B01", "flame"], ["B02", "B02", "charge"], ["B03", "B04", "building"], ["C03", "C03", "water"], ["D02", "D02", "building"]],
  },
};

/** The name of the sign of a category (id `standard:kind:code`); `other` where nothing is known of it. */
export function signOf(category) {
  const [standard, kind, code = ""] = String(category || "").split(":");
  const catalogue = CATALOGUES[`${standard}:${kind}`];
  if (!catalogue) return "other";
  const found = catalogue.numbers.find(([first, last]) => code.length === first.length && code >= first && code <= last);
  return found?.[2] || catalogue.groups[code.slice(0, 2)] || catalogue.groups[code.slice(0, 1)] || "other";
}
