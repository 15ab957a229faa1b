// The sound side of the studio, and what there is to say of takes: wired in one place.

import { wireCaptioning } from "./captioning.js";
import { Mixer } from "./mixer.js";
import { wireMix } from "./mix.js";
import { wirePlacing } from "./placing.js";
import { wireVoice } from "./voice.js";
import { wireWhy } from "./why.js";

export function wireHearing(root, tools) {
  tools.mixer = new Mixer(tools.player, tools.store);
  const showVoice = wireVoice(root, tools);
  const showMix = wireMix(root, tools);
  const placing = wirePlacing(root, tools);
  const captioning = wireCaptioning(root, tools);
  const showWhy = wireWhy(root, tools);
  tools.editCaption = captioning.edit;
  const show = () => {
    tools.mixer.show(tools.store.cut);
    showVoice();
    showMix();
    placing.show();
    captioning.show();
    showWhy();
  };
  tools.panels.addEventListener("open", show);
  tools.strip.addEventListener("chosen", showMix);
  return { show, openTake: placing.open };
}
