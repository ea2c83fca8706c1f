# The steps of a log: jq -nc -f steps.jq LOG
def percentile(fraction): ((length - 1) * fraction) as $at | ($at | floor) as $below
  | .[$below] + ((.[$below + 1] // .[$below]) - .[$below]) * ($at - $below);
def figures: sort | [length, add / length, .[0], .[-1], percentile(0.5, 0.9, 0.95, 0.99)];
[inputs | [.request_id, .timestamp, .event]] | sort | group_by(.[0])
| (map(.[-1][1] - .[0][1]) | figures) as $totals
| [.[] | range(1; length) as $at | [.[$at - 1][2] + " → " + .[$at][2], .[$at][1] - .[$at - 1][1]]]
| group_by(.[0]) | map(map(.[1]) | figures)
| {requests: $totals[0], steps: length, samples: (map(.[0]) | add)}
