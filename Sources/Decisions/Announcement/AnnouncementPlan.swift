import ClusterConfiguration

/// Which node announces what, and why the others do not.
package struct AnnouncementPlan: Hashable, Sendable {
    /// Sorted by Service, address, node.
    package var layer2: [Layer2Announcement] = []
    /// Sorted by Service, address, node, peer, prefix.
    package var bgp: [BGPAnnouncement] = []
    /// Sorted by Service, address, protocol (layer 2 first), node, peer.
    package var silent: [NotAnnounced] = []
    /// What is wrong with the advertisements taken together; errors first, without repetition.
    package var problems: [Problem] = []

    package init() {}

    /// What a configuration makes of these Services and nodes, all nodes hearing each other on one segment. No node at
    /// all means one healthy node of the name `local`.
    package init(
        _ configuration: Configuration, services: [AnnouncedService], nodes: [NodeView], local: String = "local"
    ) {
        var engine = AnnouncementEngine(localNode: nodes.isEmpty ? local : nodes[0].name)
        engine.apply(configuration)
        engine.apply(nodes)
        for service in services { engine.apply(service) }
        self = engine.plan()
    }
}
