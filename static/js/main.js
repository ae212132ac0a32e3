// Every page: each module does one small thing, and the page works without all of them.
import { countCharacters } from "./counter.js";
import { keepDrafts } from "./drafts.js";
import { focusErrors } from "./errors.js";
import { fillReasons } from "./reasons.js";
import { useKeys } from "./keys.js";
import { warnBeforeLeaving } from "./leaving.js";
import { closeMenus } from "./menus.js";
import { shareLinks } from "./share.js";
import { swapVotes } from "./swap.js";
import { showCurrentTabs } from "./tabs.js";
import { tellTime } from "./time.js";
import { switchTheme } from "./theme.js";
import { placeToasts } from "./toasts.js";

const PARTS = [
  focusErrors,
  tellTime,
  keepDrafts,
  countCharacters,
  switchTheme,
  closeMenus,
  shareLinks,
  swapVotes,
  useKeys,
  fillReasons,
  warnBeforeLeaving,
  placeToasts,
  showCurrentTabs,
];

for (const start of PARTS) {
  try {
    start(document);
  } catch (error) {
    // One broken nicety must not take the others along.
    console.error(error);
  }
}
