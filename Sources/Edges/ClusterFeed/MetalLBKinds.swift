import ClusterConfiguration
import KubernetesAPI
import KubernetesClient
import KubernetesModel
import Synchronization
import Timing

/// Which of MetalLB's kinds a cluster serves, and in which version: one look for all of them and all who ask.
///
/// While a kind is not served it is looked for again, after a minute at first and ten minutes at last. While all are served
/// nothing is asked: their watches show when one is gone.
final class MetalLBKinds: Sendable {
    /// Newest first.
    static let versions = ["v1beta2", "v1beta1"]
    private static let plurals = [
        ResourceType<IPAddressPool>.plural, ResourceType<L2Advertisement>.plural,
        ResourceType<BGPAdvertisement>.plural, ResourceType<BGPPeer>.plural, ResourceType<BFDProfile>.plural,
        ResourceType<CommunityList>.plural,
    ]

    private let client: KubernetesClient
    /// By plural: what was found last.
    private let streams: [String: (stream: AsyncStream<String?>, continuation: AsyncStream<String?>.Continuation)]
    private let isStale = Atomic(false)
    private let staleness = Signal<Void>()

    init(_ client: KubernetesClient) {
        self.client = client
        let made = MetalLBKinds.plurals.map { plural in
            let (stream, continuation) = AsyncStream.makeStream(of: String?.self, bufferingPolicy: .bufferingNewest(1))
            return (plural, (stream: stream, continuation: continuation))
        }
        streams = Dictionary(uniqueKeysWithValues: made)
    }

    /// The version in which a kind is served, after each look; `nil`: it is not. For one follower of each kind.
    func versions(of plural: String) -> AsyncStream<String?> { streams[plural]?.stream ?? AsyncStream { $0.finish() } }

    /// What was found is not true any more.
    func lookAgain() {
        isStale.store(true, ordering: .sequentiallyConsistent)
        staleness.send(())
    }

    /// Works until the task is cancelled.
    func run() async {
        var backoff = Backoff(first: .seconds(60), limit: .seconds(600))
        while !Task.isCancelled {
            isStale.store(false, ordering: .sequentiallyConsistent)
            let found: [String: String]
            do throws(RequestFailure) { found = try await served() } catch {
                await client.pause(after: error)
                continue
            }
            for (plural, follower) in streams { follower.continuation.yield(found[plural]) }
            let isWhole = MetalLBKinds.plurals.allSatisfy { found[$0] != nil }
            if isWhole { backoff.reset() }
            var generator = SystemRandomNumberGenerator()
            await wait(atMost: isWhole ? nil : backoff.next(using: &generator))
        }
        for follower in streams.values { follower.continuation.finish() }
    }

    /// Waits until a look is asked for, or for `limit`; for a second at least.
    private func wait(atMost limit: Duration?) async {
        try? await Task.sleep(for: .seconds(1))
        let stale = staleness.stream()
        guard !isStale.load(ordering: .sequentiallyConsistent) else { return }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { for await _ in stale { return } }
            if let limit { group.addTask { try? await Task.sleep(for: limit) } }
            await group.next()
            group.cancelAll()
        }
    }

    private struct Group: Decodable {
        struct Version: Decodable {
            var version: String
        }
        var versions: [Version]
    }

    private struct Resources: Decodable {
        struct Resource: Decodable {
            var name: String
        }
        var resources: [Resource]
    }

    /// The newest version of each kind that is served.
    private func served() async throws(RequestFailure) -> [String: String] {
        guard let group: Group = try await discover("/apis/metallb.io") else { return [:] }
        var found: [String: String] = [:]
        for version in MetalLBKinds.versions where group.versions.contains(where: { $0.version == version }) {
            let resources: Resources? = try await discover("/apis/metallb.io/\(version)")
            for resource in resources?.resources ?? [] where found[resource.name] == nil {
                found[resource.name] = version
            }
        }
        return found
    }

    /// `nil`: it is not served.
    private func discover<Answer: Decodable>(_ path: String) async throws(RequestFailure) -> Answer? {
        do throws(RequestFailure) {
            return try client.decode(try await client.send(APIRequest(.get, verb: "get", resource: "apis", path: path)))
        } catch {
            guard error.isNotFound else { throw error }
            return nil
        }
    }
}
