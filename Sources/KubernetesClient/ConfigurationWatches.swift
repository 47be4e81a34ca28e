import ClusterConfiguration
import FoundationEssentials
import KubernetesModel

/// Follows Martlet's kinds in both API groups.
///
/// Those of metallb.io are followed where the cluster serves them; where it does not, it is asked again from time to time.
package struct ConfigurationWatches: Sendable {
    private let client: KubernetesClient
    private let tell: @Sendable (ConfigurationChange, ConfigurationObjects.Group) async -> Void
    /// How long until a group that is not served is asked for again.
    private static let pause = Duration.seconds(60)

    package init(
        _ client: KubernetesClient,
        tell: @escaping @Sendable (ConfigurationChange, ConfigurationObjects.Group) async -> Void
    ) {
        self.client = client
        self.tell = tell
    }

    /// Works until the task is cancelled.
    package func run() async {
        await withTaskGroup(of: Void.self) { group in
            for kinds in ConfigurationObjects.Group.allCases {
                group.addTask { await follow(IPAddressPool.self, kinds) { .pool($0) } }
                group.addTask { await follow(L2Advertisement.self, kinds) { .layer2Advertisement($0) } }
                group.addTask { await follow(BGPAdvertisement.self, kinds) { .bgpAdvertisement($0) } }
                group.addTask { await follow(BGPPeer.self, kinds) { .peer($0) } }
                group.addTask { await follow(BFDProfile.self, kinds) { .bfdProfile($0) } }
                group.addTask { await follow(CommunityList.self, kinds) { .communities($0) } }
            }
        }
    }

    private func follow<Object: ConfigurationObject & Codable & Sendable>(
        _: Object.Type, _ group: ConfigurationObjects.Group,
        _ change: @escaping @Sendable (WatchEvent<Object>) -> ConfigurationChange
    ) async {
        guard group == .metalLB else {
            await watch(Object.self, group, version: "v1beta1", change)
            return
        }
        var known: Set<NamespacedName> = []
        var isTold = false
        while !Task.isCancelled {
            let version = await servedVersion(of: ResourceType<Object>.plural)
            guard !Task.isCancelled else { return }
            if let version {
                known = await watch(Object.self, group, version: version, known: known, change)
                // It is not served, or no longer in this version.
                try? await Task.sleep(for: .seconds(1))
            } else {
                for name in known.sorted() { await tell(change(.deleted(name)), group) }
                known = []
                if !isTold { await tell(change(.ready), group) }
                isTold = true
                try? await Task.sleep(for: ConfigurationWatches.pause)
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

    /// The version in which a kind of metallb.io is served; `nil` if it is not. While that cannot be found out, it waits.
    private func servedVersion(of plural: String) async -> String? {
        struct Resources: Decodable {
            struct Resource: Decodable {
                var name: String
            }
            var resources: [Resource]
        }
        var isKnown = false
        while !Task.isCancelled, !isKnown {
            isKnown = true
            for version in ["v1beta2", "v1beta1"] {
                do throws(RequestFailure) {
                    let request = APIRequest(
                        .get, verb: "get", resource: "apis", path: "/apis/metallb.io/\(version)")
                    let served: Resources = try client.decode(try await client.send(request))
                    if served.resources.contains(where: { $0.name == plural }) { return version }
                } catch {
                    guard !error.isNotFound else { continue }
                    isKnown = false
                }
            }
            if !isKnown { try? await Task.sleep(for: .seconds(2)) }
        }
        return nil
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
