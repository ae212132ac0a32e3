// Every page: each module does one small thing, and the page works without all of them.
import { askAtOnce } from "./asking.js";
import { countCharacters } from "./counter.js";
import { swapDesk } from "./desk.js";
import { keepDrafts } from "./drafts.js";
import { focusErrors } from "./errors.js";
import { fillReasons } from "./reasons.js";
import { showKeys, useKeys } from "./keys.js";
import { warnBeforeLeaving } from "./leaving.js";
import { countMarks } from "./marks.js";
import { closeMenus } from "./menus.js";
import { takePassagesOut } from "./redact.js";
import { shareLinks } from "./share.js";
import { swapVotes } from "./swap.js";
import { showCurrentTabs } from "./tabs.js";
import { tellTime } from "./time.js";
import { switchTheme } from "./theme.js";
import { timeTyping } from "./typing.js";
import { placeToasts } from "./toasts.js";
import { countUndo } from "./undo.js";

// What belongs to one state of a page is started again when a part of it was swapped.
const OF_A_STATE = [
  focusErrors,
  tellTime,
  keepDrafts,
  countCharacters,
  timeTyping,
  showKeys,
  fillReasons,
  warnBeforeLeaving,
  placeToasts,
  showCurrentTabs,
  countUndo,
  countMarks,
  askAtOnce,
  takePassagesOut,
];
const OF_THE_PAGE = [
  switchTheme,
  closeMenus,
  shareLinks,
  swapVotes,
  useKeys,
  (root) => swapDesk(root, (part) => run(OF_A_STATE, part)),
];

function run(parts, root) {
  for (const start of parts) {
    try {
      start(root);
    } catch (error) {
      // One broken nicety must not take the others along.
      console.error(error);
    }
  }
}

run(OF_A_STATE, document);
run(OF_THE_PAGE, document);
