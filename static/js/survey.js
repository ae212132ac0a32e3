// Pages of a survey: what depends on answers changes at once, and nothing typed gets lost. The
// server asks, checks and decides the same without all of this.
import { typeNumbers } from "./survey-entry.js";
import { clearChoices, countPicks, followExtras, moveSliders, sumUp } from "./survey-fields.js";
import { keepAnswers, offerToGoOn } from "./survey-keeping.js";
import { rankByButtons } from "./survey-ranking.js";
import { followRules } from "./survey-rules.js";

const PARTS = [
  keepAnswers,
  offerToGoOn,
  clearChoices,
  countPicks,
  followExtras,
  moveSliders,
  sumUp,
  rankByButtons,
  typeNumbers,
  followRules,
];

for (const start of PARTS) {
  try {
    start(document);
  } catch (error) {
    // One broken nicety must not take the others along.
    console.error(error);
  }
}
