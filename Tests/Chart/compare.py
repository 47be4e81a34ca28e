"""Says whether two files of Kubernetes objects hold the same objects, apart from what only one of the two can know.

usage: compare.py CHART KUSTOMIZE

Of the objects of CHART, Helm's own labels and annotations are not looked at; of those of KUSTOMIZE, the Namespace, which
Helm makes by itself; and of both, the options that the chart writes out although they are the defaults.
"""

import sys

import yaml

HELM_LABELS = {
    "helm.sh/chart", "app.kubernetes.io/managed-by", "app.kubernetes.io/instance", "app.kubernetes.io/version",
}
DEFAULTS = [("--log-level", "info"), ("--namespace", "martlet-system")]


def without_defaults(arguments):
    """Arguments without the pairs that say what is so anyway."""
    kept = []
    index = 0
    while index < len(arguments):
        if tuple(arguments[index:index + 2]) in DEFAULTS:
            index += 2
        else:
            kept.append(arguments[index])
            index += 1
    return kept


def plain(value, key=None):
    """A value without what is only one side's, and without empty members."""
    if isinstance(value, dict):
        members = {}
        for name, member in value.items():
            if name in HELM_LABELS or name in ("helm.sh/resource-policy", "imagePullPolicy"):
                continue
            member = plain(member, name)
            if member not in (None, {}, []):
                members[name] = member
        return members
    if isinstance(value, list):
        return [plain(item) for item in (without_defaults(value) if key == "args" else value)]
    return value


def objects(path):
    found = {}
    with open(path, encoding="utf-8") as file:
        for document in yaml.safe_load_all(file):
            if not document or document["kind"] == "Namespace":
                continue
            metadata = document["metadata"]
            name = (document["kind"], metadata.get("namespace", ""), metadata["name"])
            if name in found:
                sys.exit(f"{path}: {name} is there twice")
            found[name] = plain(document)
    return found


def differences(one, other, place=""):
    if isinstance(one, dict) and isinstance(other, dict):
        for key in sorted(one.keys() | other.keys()):
            yield from differences(one.get(key), other.get(key), f"{place}.{key}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for index, (a, b) in enumerate(zip(one, other)):
            yield from differences(a, b, f"{place}[{index}]")
    elif one != other:
        yield f"{place}: chart {one!r}, kustomize {other!r}"


def main():
    chart, kustomize = objects(sys.argv[1]), objects(sys.argv[2])
    if not chart:
        sys.exit("the chart has no objects")
    wrong = []
    for name in sorted(chart.keys() | kustomize.keys()):
        wrong += [f"{'/'.join(name)} {line}" for line in differences(chart.get(name), kustomize.get(name))]
    for line in wrong:
        print(line)
    print(f"{len(chart)} objects of the chart, {len(kustomize)} of kustomize, {len(wrong)} differences")
    sys.exit(1 if wrong else 0)


main()
