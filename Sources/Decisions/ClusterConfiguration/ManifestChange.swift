import KubernetesModel

/// What changed in files that hold nothing but Services and their endpoints. All other objects, and every problem, are as
/// they were.
package struct ManifestChange: Hashable, Sendable {
    /// New ones, and those that differ or have another place.
    package var services: [RankedService] = []
    package var removedServices: [NamespacedName] = []
    /// New ones, and those that differ.
    package var endpointSlices: [EndpointSlice] = []
    package var removedSlices: [NamespacedName] = []

    package init() {}

    package var isEmpty: Bool {
        services.isEmpty && removedServices.isEmpty && endpointSlices.isEmpty && removedSlices.isEmpty
    }
}
