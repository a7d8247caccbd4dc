#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# docs/threat-model.md claims what the attacks in tests/attacks/ show, no more and no less: its
# table is the one that tests/attacks/threat-model makes from their sources.
set -euo pipefail
. "$(dirname "$0")/lint.bash"

maker=$(cd "$(dirname "$0")/../attacks" && pwd)/threat-model

check() {
    local made
    made=$("$maker" "$PWD" 2>&1) || {
        echo "$made"
        return
    }
    diff <(printf '%s\n' "$made") \
        <(sed -n '/^<!-- attacks: /,/^<!-- end of the attacks -->/p' docs/threat-model.md |
            sed '1d;$d') | sed -n 's/^< /not in docs\/threat-model.md: /p
                s/^> /only in docs\/threat-model.md: /p'
}

sample tests/attacks/nonsense.sh <<'END'
# attack: takes it all
# expects: released
# control: none
# kind: residual
# removed-by: nothing
END
sample docs/threat-model.md <<'END'
<!-- attacks: made -->
| `more_nonsense` | does nothing | stopped | `nothing` |
<!-- end of the attacks -->
END
must_find "not in docs/threat-model.md: | \`nonsense\`" \
    "only in docs/threat-model.md: | \`more_nonsense\`"
sample tests/attacks/nonsense.sh <<'END'
# attack: takes it all
# kind: residual
END
must_find "it doesn't say what removes it"
report
