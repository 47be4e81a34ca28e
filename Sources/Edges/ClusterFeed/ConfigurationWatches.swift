import ClusterConfiguration
import KubernetesAPI
import KubernetesClient
import KubernetesModel

/// Follows Martlet's kinds in both API groups.
///
/// Those of metallb.io are followed where the cluster serves them. Where it does not, one request for all of them asks again
/// from time to time (``MetalLBKinds``).
package struct ConfigurationWatches: Sendable {
    private let client: KubernetesClient
    private let tell: @Sendable (ConfigurationChange, ConfigurationObjects.Group) async -> Void

    package init(
        _ client: KubernetesClient,
        tell: @escaping @Sendable (ConfigurationChange, ConfigurationObjects.Group) async -> Void
    ) {
        self.client = client
        self.tell = tell
    }

    /// Works until the task is cancelled.
    package func run() async {
        let metalLB = MetalLBKinds(client)
        var followers = Followers(watches: self)
        ConfigurationChange.visitKinds(&followers)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await metalLB.run() }
            for follow in followers.all {
                for kinds in ConfigurationObjects.Group.allCases {
                    group.addTask { await follow(kinds, metalLB) }
                }
            }
        }
    }

    /// How each kind is followed.
    private struct Followers: ConfigurationKindVisitor {
        let watches: ConfigurationWatches
        var all: [@Sendable (ConfigurationObjects.Group, MetalLBKinds) async -> Void] = []

        mutating func visit<Object: ConfigurationObject & Codable & Sendable>(
            _ kind: Object.Type, _ change: @escaping @Sendable (WatchEvent<Object>) -> ConfigurationChange
        ) {
            all.append { [watches] group, metalLB in await watches.follow(kind, group, metalLB, change) }
        }
    }

    private func follow<Object: ConfigurationObject & Codable & Sendable>(
        _: Object.Type, _ group: ConfigurationObjects.Group, _ metalLB: MetalLBKinds,
        _ change: @escaping @Sendable (WatchEvent<Object>) -> ConfigurationChange
    ) async {
        guard group == .metalLB else {
            await watch(Object.self, group, version: "v1beta1", change)
            return
        }
        var known: Set<NamespacedName> = []
        var isTold = false
        for await version in metalLB.versions(of: ResourceType<Object>.plural) {
            if let version {
                known = await watch(Object.self, group, version: version, known: known, change)
                // It is not served, or no longer in this version.
                metalLB.lookAgain()
            } else {
                for name in known.sorted() { await tell(change(.deleted(name)), group) }
                known = []
                if !isTold { await tell(change(.ready), group) }
                isTold = true
            }
        }
    }

    /// - Returns: what is known when the cluster does not serve the kind in this version any more.
    @discardableResult
    private func watch<Object: ConfigurationObject & Codable & Sendable>(
        _: Object.Type, _ group: ConfigurationObjects.Group, version: String, known: Set<NamespacedName> = [],
        _ change: @escaping @Sendable (WatchEvent<Object>) -> ConfigurationChange
    ) async -> Set<NamespacedName> {
        let type = ResourceType<Object>.configuration(group: group.rawValue, version: version)
        let apiVersion = type.apiVersion
        return await client.watch(type, isOptional: group == .metalLB, known: known) { event in
            // Items of a list come without what they are.
            await tell(change(event.map { $0.of(apiVersion) }), group)
        }
    }
}

extension ConfigurationObject {
    func of(_ apiVersion: String) -> Self {
        guard self.apiVersion == nil else { return self }
        var object = self
        object.apiVersion = apiVersion
        return object
    }
}
