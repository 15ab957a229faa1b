"""What people of the demo community say below clips, and what others answer.

>>> COMMENTS[0]
'The colours in this one!'
"""

from __future__ import annotations

COMMENTS: tuple[str, ...] = (
    "The colours in this one!",
    "I have watched this four times and I am late now",
    "Which lens is that?",
    "My daughter asks whether you do birthdays",
    "Turned the sound up. Did not regret it.",
    "This is what my head looks like after coffee",
    "The loop is so clean I missed it",
    "Saved for rainy days ☔",
    "Somebody please make this eight hours long",
    "Greetings from the night shift 🌙",
    "How long did that take you?",
    "The bass when it comes in though",
    "I can smell the rain",
    "Ours is the only town with a soundtrack",
    "Showed it to my grandfather, he wants one too",
    "ok this is going to be stuck in my head",
    "Calm, finally",
    "You made a Tuesday better",
    "Shaky hands, steady heart",
    "Is this near the harbour?",
    "I knew that song before I knew that song",
    "Please keep doing these",
    "That last second!",
    "More of this and less of everything else",
    "The tempo is exactly my walking pace",
    "Who else is here before breakfast?",
    "I have no words, so: 🔥",
    "Would hang this on a wall",
    "First!",
    "The shadows are doing the work here",
    "It is the little things. Literally.",
    "Wait for it …",
    "This belongs on a much bigger screen",
    "Do you sell prints?",
    "I paused it at every second and they are all postcards",
)
REPLIES: tuple[str, ...] = (
    "Thank you! 🙏",
    "Two evenings and a lot of tea",
    "Ha, same",
    "There is a longer one coming",
    "Just by the old bridge",
    "You noticed!",
    "Tell your grandfather hello",
    "It is all in the timing",
    "Agreed",
    "Come by, I will show you how",
)
CAPTIONS_OF_OWN = ("", "Found this on my phone", "From the archive", "Look at this one")
