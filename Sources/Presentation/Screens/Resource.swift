/// What `martlet get` can show.
package enum Resource: String, Hashable, Sendable, CaseIterable {
    case pools
    case services
    case announcements
    case peers
    case speakers
    case routes
    case events

    /// What a status says about it.
    package func list(from status: ClusterStatus, filter: ResourceFilter = ResourceFilter()) -> ResourceList {
        ResourceList(resource: self, status: status, filter: filter)
    }
}
