"""What each style of `band` plays: how dances, bands and machines keep time, as one learns it.

A style opens with beats a bar and steps a beat, its tempi, how unsteady hands and tempo are (`live`), how
often it is drawn (`weight`), its swing in steps. A lane is a drum (k kick, s snare, h hat, O open hat,
r ride, C crash, c clap, t tom, m shaker, w wood, b brush), the bass or the chords: `x` loud, `o` soft,
`.` nothing, over a bar or two; of several ways a song draws one, `-` is to leave it out. `by` says who
plays the chords.
"""

from __future__ import annotations

from dataclasses import dataclass, field

_TEXT = """
rock 4x4 85-175 live=0.3 weight=3
  k x.......x....... x.......x.x..... x.x.....x.x..... x.....x.x....... x..x..x.x.......
  k x.........x..... x......x..x..... x...x.x.x...x... x.x.x...x.x.x...
  s ....x.......x...
  h x.x.x.x.x.x.x.x. x.o.x.o.x.o.x.o. xoxoxoxoxoxoxoxo x...x...x...x...
  bass x.x.x.x.x.x.x.x. x.......x....... x.....x.x.....x. x...x...x...x... x..x..x.x..x..x.
  chords x...x.x...x.x.x. x.x.x.x.x.x.x.x. x............... x.......x....... x..x..x.x..x..x.
  by fuzz pluck organ
ride 4x4 95-190 live=0.3 weight=2
  k x.......x....... x.......x.x..... x.x.....x.x..... x.....x.x....... x..x..x.x.......
  k x.........x..... x......x..x..... x...x.x.x...x... x.x.x...x.x.x...
  s ....x.......x...
  r x.x.x.x.x.x.x.x. x.o.x.o.x.o.x.o. xoxoxoxoxoxoxoxo x...x...x...x...
  C x...............................
  bass x.x.x.x.x.x.x.x. x.......x....... x.....x.x.....x. x...x...x...x... x..x..x.x..x..x.
  chords x...x.x...x.x.x. x.x.x.x.x.x.x.x. x............... x.......x....... x..x..x.x..x..x.
  by fuzz
half 4x4 110-170 live=0.3 weight=1
  k x.......x....... x.......x.x..... x.x.....x.x..... x.....x.x....... x..x..x.x.......
  k x.........x..... x......x..x..... x...x.x.x...x... x.x.x...x.x.x...
  s ........x.......
  h x.x.x.x.x.x.x.x. x.o.x.o.x.o.x.o. xoxoxoxoxoxoxoxo x...x...x...x...
  bass x.x.x.x.x.x.x.x. x.......x....... x.....x.x.....x. x...x...x...x... x..x..x.x..x..x.
  chords x...x.x...x.x.x. x.x.x.x.x.x.x.x. x............... x.......x....... x..x..x.x..x..x.
metal 4x4 120-200 live=0.3 weight=2
  k xxxxxxxxxxxxxxxx x.x.x.x.x.x.x.x. x.xxx.xxx.xxx.xx xxx.xxx.xxx.xxx.
  s ....x.......x...
  r x.x.x.x.x.x.x.x. x.o.x.o.x.o.x.o. xoxoxoxoxoxoxoxo x...x...x...x...
  bass xxxxxxxxxxxxxxxx x.xxx.xxx.xxx.xx x.x.x.x.x.x.x.x.
  chords x.xxx.xxx.xxx.xx x.x.x.x.x.x.x.x. x...............
  by fuzz
thrash 4x4 150-215 live=0.3 weight=1
  k x.......x....... x...x...x...x...
  s ..x...x...x...x.
  r x...x...x...x...
  bass x.x.x.x.x.x.x.x.
  chords x.x.x.x.x.x.x.x. x...............
  by fuzz
punk 4x4 150-210 live=0.3 weight=1.0
  k x.....x.x....... x.x...x.x.x...x.
  s ....x.......x...
  h x.x.x.x.x.x.x.x. x.o.x.o.x.o.x.o. xoxoxoxoxoxoxoxo x...x...x...x...
  bass x.x.x.x.x.x.x.x.
  chords x.x.x.x.x.x.x.x.
  by fuzz
house 4x4 115-140 live=0 weight=2
  k x...x...x...x...
  c ....x.......x...
  O ..x...x...x...x.
  h - xxxxxxxxxxxxxxxx
  bass ..x...x...x...x. x..x..x.x..x..x. x.x.x.x.x.x.x.x.
  chords ..x..x..x..x..x. x..x..x...x..x.. x...............
trance 4x4 128-150 live=0 weight=2
  k x...x...x...x...
  O ..x...x...x...x.
  c - ....x.......x...
  bass .xxx.xxx.xxx.xxx ..x...x...x...x.
  chords xxxxxxxxxxxxxxxx x.xx.xx.x.xx.xx. x...............
  by pluck chip pad
hardcore 4x4 150-215 live=0 weight=2
  k x...x...x...x...
  O ..x...x...x...x. -
  c - ....x.......x...
  h - x.x.x.x.x.x.x.x.
  bass ..x...x...x...x. .xxx.xxx.xxx.xxx x.x.x.x.x.x.x.x.
  chords x.....x.....x... ..x..x..x..x..x. x............... xxxxxxxxxxxxxxxx
  by chip pluck fuzz pad
fastrock 4x4 145-205 live=0.2 weight=2
  k x.......x....... x.......x.x..... x.....x.x....... x..x..x.x....... x...x...x...x...
  s ....x.......x...
  h x.x.x.x.x.x.x.x. x...x...x...x...
  bass x.x.x.x.x.x.x.x.
  chords x.x.x.x.x.x.x.x. x............... x.....x.....x... x..x..x.x..x..x.
  by fuzz pluck keys chip
breaks 4x4 120-185 live=0 weight=2
  k x.........x..... x.x.......xx.... x.....x...x.....
  s ....x.......x... ....x..o.o..x..o ....x..x.x..x..x
  h x.x.x.x.x.x.x.x. x.o.x.o.x.o.x.o. xoxoxoxoxoxoxoxo x...x...x...x...
  bass x.........x..... x............... x..x..x...x..x..
  chords x............... x.....x.....x...
hiphop 4x4 78-108 live=0.1 weight=2 swing=0.15
  k x......x..x..... x..x......x..... x.x....x..x..x..
  s ....x.......x...
  h x.x.x.x.x.x.x.x. x.xxx.x.x.xxx.x.
  bass x......x..x..... x...............
  chords x............... x.......x....... ..x...x...x...x.
trap 4x4 128-160 live=0 weight=1.0
  k x.....x......... x.........x...x. x..x..x.........
  c ........x.......
  h x.x.x.x.x.x.x.x. xxx.x.xxx.x.xxxx
  bass x............... x.....x.........
  chords x...............
funk 4x4 90-122 live=0.3 weight=1.5
  k x.x....x..x..... x..x..x...x..x..
  s ....x..o.o..x..o ....x..o....x...
  h xoxoxoxoxoxoxoxo
  bass x..x...x..x.x.x. x.xx..x.x..x..x.
  chords ..x..x....x..x.. x..x..x..x..x...
  by pluck organ
disco 4x4 110-130 live=0.2 weight=1.0
  k x...x...x...x...
  s ....x.......x...
  h x.x.x.x.x.x.x.x.
  O ..x...x...x...x.
  bass x.x.x.x.x.x.x.x. x..xx.x.x..xx.x.
  chords ..x...x...x...x. x..x..x.x..x..x.
pop 4x4 62-130 live=0.3 weight=2
  k x.......x....... x.......x.x..... x.x.....x.x..... x.....x.x....... x..x..x.x.......
  k x.........x..... x......x..x..... x...x.x.x...x... x.x.x...x.x.x...
  s ....x.......x...
  h x.x.x.x.x.x.x.x. x...x...x...x...
  m - xoxoxoxoxoxoxoxo
  bass x.x.x.x.x.x.x.x. x.......x....... x.....x.x.....x. x...x...x...x... x..x..x.x..x..x.
  chords x...x.x...x.x.x. x.x.x.x.x.x.x.x. x............... x.......x....... x..x..x.x..x..x.
  by keys pluck pad
reggae 4x2 130-185 live=0.3 weight=1.0
  k ....x...
  s ....x...
  h x.xxx.xx x.x.x.x.
  bass x..xx... x...x.xx ..x.xx.x
  chords ..x...x.
  by organ pluck keys
ska 4x4 105-150 live=0.3 weight=1.0
  k ........x....... x.......x....... x...x...x...x...
  s ....x.......x...
  h x.x.x.x.x.x.x.x. x.o.x.o.x.o.x.o. xoxoxoxoxoxoxoxo x...x...x...x...
  bass x.x.x.x.x.x.x.x. x...x...x...x...
  chords ..x...x...x...x.
  by pluck organ
latin 4x4 95-132 live=0.3 weight=2.5
  w x..x..x...x.x... ..x.x...x..x..x. x..x...x..x.x...
  m x.o.x.o.x.o.x.o.
  k x...x...x...x... ......x.......x. -
  t ......xx......xx ......o.......xx
  bass x.....x.x.....x. ......x.....x... x.....x.....x...
  chords x..x..x...x.x... ..x...x...x...x.
  by keys pluck
bossa 4x2 110-170 live=0.3 weight=1.0
  w x..x..x...x..x..
  k x..xx..x
  h xxxxxxxx
  bass x..xx..x
  chords x.x..x.x ..x..x..
  by pluck keys
samba 2x4 85-108 live=0.3 weight=1.5
  k x..xx..x o...x...
  m xooxxoox
  w x.xx.x.x -
  bass x..xx..x x...x...
  chords x.x..x.x ..x..x.x
  by pluck keys
tango 4x2 112-134 live=0.3 weight=1.5
  s - x.x.x.xx
  bass x.x.x.x. x...x...
  chords x.x.x.x. x.x.x.xx x..xx.x.
  by keys organ pluck pad
waltz 3x2 78-130 live=0.3 weight=3
  k x..... -
  h ..x.x. x.x.x. x.xxxx
  s ..x.x. ....x. -
  bass x..... x...x.
  chords ..x.x. x.xxxx x.....
  by keys pad pluck organ
viennese 3x2 150-190 live=0.3 weight=2
  k x..... -
  s ..x.x. -
  h ..x.x. -
  bass x.....
  chords ..x.x. x.....
  by keys pad pluck organ
jazzwaltz 3x3 100-190 live=0.6 weight=1.0
  r x..x.xx.. x..x.xx.x
  h ...x..... ......x..
  bass x..x..x.. x........
  chords x....x... ..x..x...
  by keys pluck
swing 4x3 105-215 live=0.6 weight=2.5
  r x..x.xx..x.x x..x..x..x.. x..x.xx..x.x
  h ...x.....x..
  k - o..o..o..o..
  s - ...o.....o.. ..o.....o..o
  bass x..x..x..x..
  chords x....x...... ..x.....x..x x...........
  by keys pluck organ
jive 4x3 150-182 live=0.3 weight=1.5
  k x.....x..... x..x..x..x..
  s ...x.....x..
  r x..x.xx..x.x x..x..x..x.. x..x.xx..x.x
  bass x..x..x..x..
  chords x..x.xx..x.x ...x.....x..
  by keys pluck fuzz
quickstep 4x3 190-212 live=0.3 weight=1.5
  k x.....x..... -
  s ...x.....x..
  h x..x.xx..x.x x..x..x..x.. x..x.xx..x.x
  bass x.....x..... x..x..x..x..
  chords ...x.....x..
  by keys pluck organ
foxtrot 4x3 108-126 live=0.3 weight=1.5
  h ...x.....x.. x..x.xx..x.x
  k - x.....x.....
  b x..x.xx..x.x -
  bass x.....x..... x..x..x..x..
  chords ...x.....x.. x..x..x..x..
  by keys pad pluck
shuffle 4x3 75-150 live=0.5 weight=2
  k x.....x..... x.....x.x... x..x..x..x..
  s ...x.....x..
  h x.xx.xx.xx.x x..x..x..x..
  bass x..x..x..x.. x.xx.xx.xx.x
  chords x.xx.xx.xx.x ..x..x..x..x
  by pluck fuzz keys
slow12 4x3 46-84 live=0.4 weight=1.0
  k x.....x..... x....xx.....
  s ...x.....x..
  h xxxxxxxxxxxx
  bass x.....x..... x..x..x..x..
  chords xxxxxxxxxxxx x...........
  by keys pluck pad
jig 2x3 80-128 live=0.5 weight=1.0
  k x..... -
  t x..x.. -
  bass x..x.. x.....
  chords xxxxxx x.xx.x x..x..
  by pluck keys organ
train 4x4 85-130 live=0.5 weight=2
  k x...x...x...x... x.......x.......
  b ooxoooxoooxoooxo oooxoooxoooxooox ooooxoooooooxooo
  bass x.......x....... x...x...x...x...
  chords ..x...x...x...x. x.x.x.x.x.x.x.x. x.xxx.xxx.xxx.xx
  by pluck keys
country 4x4 80-165 live=0.5 weight=2
  k x.......x....... x.....x.x.......
  s ....x.......x...
  h x.x.x.x.x.x.x.x. -
  bass x.......x.......
  chords ....x.......x... ..x...x...x...x.
  by pluck keys
polka 2x4 100-135 live=0.5 weight=1.0
  k x....... -
  s ....x... -
  bass x.......
  chords ....x... ..x...x.
  by organ keys pluck
march 2x4 100-126 live=0.3 weight=0.7
  k x...x... x.......
  s x.xxx.xx x.x.xxxx
  C x...............
  bass x...x...
  chords ..x...x. x...x...
  by organ lead
five 5x2 110-175 live=0.4 weight=0.6
  k x.....x...
  s ....x...x. ...x....x.
  r x.x.x.x.x. x.xxx.x.x.
  bass x..x..x.x.
  chords x..x..x.x.
seven 7x2 150-215 live=0.3 weight=0.4
  k x.......x..... x.....x...x...
  s ....x.......x.
  h x.x.x.x.x.x.x.
  bass x...x...x.....
  chords x.......x.....
balkan 4x4 90-150 live=0.5 weight=1.5
  t x..x..x.x..x..x. x..xx.x.x..xx.x.
  w x..x..x.x..x..x.
  bass x..x..x.x..x..x. x.....x.x.....x.
  chords x..x..x.x..x..x. ..x...x...x...x.
  by pluck organ lead
arps 4x4 70-150 live=0.4 weight=2
  bass x............... x.......x.......
  chords xxxxxxxxxxxxxxxx x.x.x.x.x.x.x.x. x..x..x.x..x..x.
  by keys pluck chip
strings 4x2 66-140 live=0.9 weight=1.5
  bass x...x... x.x.x.x.
  chords x.x.x.x. xxxxxxxx x.......
  by pad organ keys
strings3 3x2 70-150 live=0.9 weight=1.5
  bass x.....
  chords x.x.x. ..x.x. xxxxxx
  by pad organ keys
chip 4x4 100-160 live=0 weight=1.5
  k x...x...x...x... x.....x.x....... -
  s ....x.......x...
  h x.x.x.x.x.x.x.x. -
  bass x.x.x.x.x.x.x.x. x..x..x.x..x..x.
  chords xxxxxxxxxxxxxxxx x.x.x.x.x.x.x.x.
  by chip
"""

ANYBODY = ("keys", "pluck", "pad", "organ", "fuzz", "chip")


@dataclass(slots=True)
class Style:
    """A way of playing, as the text says it; lanes by name, each a list of ways."""

    meter: int
    steps: int
    tempo_bpm: tuple[float, float]
    live: float
    weight: float
    swing: float = 0.0
    lanes: dict[str, list[str]] = field(default_factory=dict)
    kinds: tuple[str, ...] = ANYBODY


def _read(text: str) -> dict[str, Style]:
    styles: dict[str, Style] = {}
    style: Style
    for line in text.strip().splitlines():
        words = line.split()
        if not line.startswith(" "):
            meter, steps = words[1].split("x")
            slow, fast = words[2].split("-")
            named = {name: float(value) for name, value in (word.split("=") for word in words[3:])}
            style = Style(int(meter), int(steps), (float(slow), float(fast)), **named)
            styles[words[0]] = style
        elif words[0] == "by":
            style.kinds = tuple(words[1:])
        else:
            ways = [way.strip("-") for way in words[1:]]
            style.lanes.setdefault(words[0], []).extend(ways)
    return styles


STYLES = _read(_TEXT)
