let comparison = null;

if (element("compare")) {
  const fresh = videos.sheets.slice(videos.hasReal ? 1 : 0);
  const [scrub, choose] = [element("scrub"), element("choose")];
  comparison = new Player(element("play"), (frame, length) => {
    scrub.max = length - 1;
    scrub.value = frame;
    scrub.setAttribute("aria-valuetext", `frame ${frame + 1} of ${length}`);
    element("frame").textContent = `${frame + 1} of ${length}`;
  });

  const show = async () => {
    const chosen = fresh[choose.selectedIndex];
    const tracks = [{ canvas: element("new"), sheet: await loaded(chosen), first: 0 }];
    if (videos.hasReal) {
      tracks.push({ canvas: element("real"), sheet: await loaded(videos.sheets[0]), first: 0 });
    }
    if (chosen === fresh[choose.selectedIndex]) {
      element("new").setAttribute("aria-label", `Video: ${chosen.caption}`);
      comparison.show(tracks, Math.min(...tracks.map(({ sheet }) => sheet.num_frames)));
    }
  };

  choose.addEventListener("change", show);
  scrub.addEventListener("input", () => {
    comparison.pause();
    comparison.seek(Number(scrub.value));
  });
  element("speed").addEventListener("change", (event) => {
    comparison.speed = Number(event.target.value);
  });
  element("compare").hidden = false;
  show().then(() => (stillsWanted ? comparison.pause() : comparison.play()));
}
