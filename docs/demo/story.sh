#!/usr/bin/env bash
# The whole story on a temporary vault with published example keys: every command is printed before its output, and
# every exit code is checked, so that this is also a test. Usage: docs/demo/story.sh PATH-TO-STRONGROOM
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
strongroom_binary=$(realpath "${1:?usage: story.sh PATH-TO-STRONGROOM}")
keys="$root/keys-example"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$here"/*.pdf "$here"/*.txt "$work"
cd "$work"
export STRONGROOM_VAULT="$work/office.vault"
unset STRONGROOM_IDENTITY STRONGROOM_PASSPHRASE_FILE

strongroom() { "$strongroom_binary" "$@"; }
chapter() { printf '\n=== %s\n' "$*"; }
say() { printf '\n# %s\n' "$*"; }

# as WHO CODE COMMAND...: prints the command as that person would type it, runs it, and insists on the exit code.
last_output=$work/.last
as() {
  local who=$1 expected=$2 code=0
  shift 2
  printf '\n%s$ %s\n' "$who" "$(shown "$@")"
  STRONGROOM_IDENTITY="$keys/$who.key" STRONGROOM_STATE_HOME="$work/state-$who" "$@" >"$last_output" 2>&1 || code=$?
  cat "$last_output"
  if [ "$code" != "$expected" ]; then
    echo "STORY BROKEN: exit code $code where $expected was expected" >&2
    exit 1
  fi
  [ "$code" = 0 ] || echo "(exit code $code)"
}
shown() {
  local word text=
  for word in "$@"; do
    word=${word//$keys/keys-example}
    word=${word//$work\//}
    case $word in *[!A-Za-z0-9_./:=@,+-]*) word="\"$word\"" ;; esac
    text+="$word "
  done
  printf '%s' "${text% }"
}
ref() { grep -oE "$1-[0-9A-Z]{4,5}(-[0-9A-Z]{5})?" "$last_output" | head -1; }
must_say() { grep -qiE "$1" "$last_output" || { echo "STORY BROKEN: the output does not say: $1" >&2; exit 1; }; }

chapter "A vault, and the people who may use it"
say "Everyone makes a key of their own; the secret half never leaves them. (The rest of the story uses the published example keys.)"
as senco 0 strongroom keygen --name "Sam Example" --out sam.key --no-passphrase
ls -l sam.key sam.card | sed -E 's/ [^ ]+ [^ ]+ +[0-9]+ .* (sam)/ \1/'
as senco 0 strongroom init --vault office.vault --name "Jo Patel" --identity "$keys/senco.key"
as senco 0 strongroom member add --card "$keys/headteacher.card" --role headteacher
as senco 0 strongroom member add --card "$keys/dsl.card" --role dsl
as senco 0 strongroom member add --card "$keys/teacher.card" --role teacher
as senco 0 strongroom member add --card "$keys/compliance-officer.card" --role compliance-officer
as senco 0 strongroom member list

chapter "A child's file"
as senco 0 strongroom child add --name "Robin Example" --born 2015-05-03
child=$(ref CH)
as senco 0 strongroom contact add --child "$child" --name "Alex Example" --relationship mother --parental-responsibility
mother=$(ref CTC)
as senco 0 strongroom contact add --child "$child" --name "Chris Example" --relationship grandfather
as senco 0 strongroom store ehc-plan.pdf --child "$child" --kind ehc-plan --dated 2026-11-12 --title "EHC plan, final"
plan=$(ref DOC)
as senco 0 strongroom store advice.txt --child "$child" --kind advice --dated 2026-09-14 --title "Speech and language advice"
advice=$(ref DOC)
as senco 0 strongroom child show "$child"
as senco 0 strongroom find "speech"
as senco 0 strongroom open "$plan" --reason "Preparing the annual review" --out plan-to-read.pdf
cmp ehc-plan.pdf plan-to-read.pdf && echo "plan-to-read.pdf is byte for byte what was filed"
rm -f plan-to-read.pdf
as teacher 10 strongroom open "$plan" --reason "I teach this class" --out mine.pdf

chapter "Refused: a solicitor's letter is not an order"
as senco 0 strongroom recipient add --name "Smith and Sons, solicitors" --kind solicitor
solicitor=$(ref RCP)
as senco 10 strongroom disclose request --child "$child" --to "$solicitor" --gateway court-order --record "$plan" \
  --reason "Letter asks for the plan"
must_say "sealed"

chapter "Allowed: the SEND Tribunal, with an appeal number and the registration letter"
as senco 0 strongroom recipient add --name "First-tier Tribunal (SEND)" --kind send-tribunal \
  --key "$(grep -oE 'age1[0-9a-z]+' "$keys/tribunal.card")"
tribunal=$(ref RCP)
as senco 0 strongroom disclose request --child "$child" --to "$tribunal" --gateway appeal --record "$plan" --record "$advice" \
  --evidence appeal-number=EH850/26/00221 --evidence registration-letter=@registration-letter.txt \
  --reason "Appeal registered; papers due"
appeal=$(ref REQ)
as senco 0 strongroom disclose release "$appeal" --out tribunal.age
say "The tribunal opens it with its own key and stock tools, and checks it without an account:"
mkdir opened
if command -v age >/dev/null; then
  printf 'tribunal$ age -d -i keys-example/tribunal.key tribunal.age | tar -x -i\n'
  age -d -i "$keys/tribunal.key" tribunal.age | tar -x -i -C opened
  bag=$(find opened -mindepth 1 -maxdepth 1 -type d)
  find opened -type f | sort | sed 's|^opened/|  |'
  if [ -x "$root/.build-tools/bagit/bin/bagit.py" ]; then
    printf 'tribunal$ bagit.py --validate\n'
    "$root/.build-tools/bagit/bin/python" -W ignore "$root/.build-tools/bagit/bin/bagit.py" --validate "$bag" 2>&1 | sed "s|$work/||g"
  else
    echo "(no BagIt validator here: checking the manifest with sha256sum)"
    (cd "$bag" && sha256sum --check manifest-sha256.txt tagmanifest-sha256.txt)
  fi
  find "$bag/data" -name '*.pdf' -exec cmp ehc-plan.pdf {} \; -exec echo "the plan inside is byte for byte what was filed" \;
else
  echo "(age is not installed here: this is where the tribunal would open tribunal.age)"
fi

chapter "Waiting for a parent, then allowed: a college"
as senco 0 strongroom recipient add --name "Northbridge College" --kind college \
  --key "$(grep -oE 'age1[0-9a-z]+' "$keys/college.card")"
college=$(ref RCP)
as senco 11 strongroom disclose request --child "$child" --to "$college" --gateway consent --record "$plan" \
  --reason "Planning support before September"
visit=$(ref REQ)
as senco 0 strongroom consent record --child "$child" --given-by "$mother" --to "$college" --kind ehc-plan \
  --kind conversation \
  --purpose "Planning support at college" --until "$(date -d "+6 months" +%F)"
consent=$(ref CNS)
as senco 0 strongroom disclose release "$visit" --out college.age

chapter "Ofsted on site"
as senco 0 strongroom recipient add --name "Ofsted lead inspector" --kind ofsted \
  --key "$(grep -oE 'age1[0-9a-z]+' "$keys/ofsted.card")"
ofsted=$(ref RCP)
as senco 11 strongroom disclose request --child "$child" --to "$ofsted" --gateway ofsted --record "$plan" \
  --evidence inspector-identity="Warrant card checked" --evidence inspection-confirmation=@inspection-letter.txt \
  --evidence power="Education Act 2005, section 10" --evidence inspector-request="Asked on site to see the plan" \
  --reason "Inspector asks to see a sample of plans"
inspection=$(ref REQ)
as headteacher 0 strongroom disclose approve "$inspection"
as senco 0 strongroom disclose release "$inspection" --out ofsted.age

chapter "A sealed court order: two approvers, and never the requester"
as senco 0 strongroom recipient add --name "Family Court at Westbrook" --kind court
court=$(ref RCP)
as senco 11 strongroom disclose request --child "$child" --to "$court" --gateway court-order --record "$plan" \
  --evidence sealed-order=@sealed-order.txt --evidence case-number=WB26P00123 --reason "Order to produce the plan"
order=$(ref REQ)
as senco 10 strongroom disclose approve "$order"
as headteacher 11 strongroom disclose approve "$order"
as dsl 0 strongroom disclose approve "$order"
as senco 0 strongroom disclose release "$order" --out court.age
say "The court has no key: the passphrase is shown once, to be read out by telephone."

chapter "Consent withdrawn between approval and release"
as senco 0 strongroom store conversation.txt --child "$child" --kind conversation --title "Talk with the therapist"
talk=$(ref DOC)
as senco 11 strongroom disclose request --child "$child" --to "$college" --gateway consent --record "$talk" \
  --reason "The support team asks what was agreed"
second=$(ref REQ)
as headteacher 0 strongroom disclose approve "$second"
as senco 0 strongroom consent withdraw "$consent"
as senco 10 strongroom disclose release "$second" --out second.age
[ ! -e second.age ] && echo "second.age does not exist: nothing was written"
as senco 0 strongroom explain "$second"

chapter "The compliance officer: sees everything that happened, opens nothing"
cp -a office.vault older.vault
as compliance-officer 0 strongroom audit list
if grep -qE "Robin Example|Alex Example|Chris Example" "$last_output"; then echo "STORY BROKEN: a name is in the officer's list" >&2; exit 1; fi
as compliance-officer 10 strongroom open "$plan" --reason "Curious" --out plan.pdf
as compliance-officer 0 strongroom audit list --kind access.refused
as compliance-officer 0 strongroom audit verify
seen=$(grep -oE '[0-9]+:[0-9a-f]{64}' "$last_output")
as compliance-officer 0 strongroom audit verify --seen "$seen"
say "Somebody puts yesterday's copy of the vault back. Every signature in it is good, but the officer remembers:"
as compliance-officer 12 strongroom audit verify --vault older.vault
must_say "older copy"
as compliance-officer 0 strongroom audit publish published
find published -type f | sort | head -8 | sed 's|^|  |'
as senco 0 strongroom check
as senco 0 strongroom status

chapter "One byte of the ledger is changed"
segment=$(find office.vault/ledger -name '*.seg' | sort | head -1)
say "One bit in the middle of an entry is flipped, as a bad disk or a person with a hex editor would do."
python3 - "$segment" <<'PYTHON' 2>/dev/null || perl -e '
  open my $f, "+<:raw", $ARGV[0] or die; my $at = 3000; seek $f, $at, 0; read $f, my $b, 1; seek $f, $at, 0;
  print $f chr(ord($b) ^ 1); close $f;' "$segment"
import sys
with open(sys.argv[1], "r+b") as f:
    f.seek(3000); b = f.read(1)[0]; f.seek(3000); f.write(bytes([b ^ 1]))
PYTHON
as compliance-officer 12 strongroom audit verify
must_say "entry [0-9]"

printf '\n=== The end: the vault and everything above are gone with the temporary folder\n'
