import Announcement
import ArgumentParser

/// What of a Node counts for announcing. To be the same for all speakers, and for `plan` and `explain`, which foretell
/// what they do.
struct NodeOptions: ParsableArguments {
    @Flag(
        name: .customLong("no-drain-on-cordon"),
        help: "Ignore cordons: a cordoned node is not drained and does not rank last. Set it on every node.")
    var ignoresCordon = false

    @Flag(
        help: ArgumentHelp(
            """
            The label node.kubernetes.io/exclude-from-external-load-balancers is ignored. Set it on every node.
            """))
    var ignoreExcludeLabel = false

    var policy: NodePolicy { NodePolicy(drainsOnCordon: !ignoresCordon, heedsExcludeLabel: !ignoreExcludeLabel) }
}
