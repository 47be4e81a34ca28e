import FoundationEssentials
import KubernetesAPI
import KubernetesClient
import KubernetesModel
import Logging
import ServiceLifecycle

/// Sees to it that there is a Secret with the key that speakers sign with. It makes one where there is none, and can neither
/// read nor change one that is there. So each cluster has its own key, which is in no manifest.
struct SpeakerKeyMaker: ServiceLifecycle.Service {
    /// The key of the Secret's data that holds it.
    static let dataKey = "key"
    private static let pause = Duration.seconds(5)

    let client: KubernetesClient
    let name: NamespacedName
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown { await self.make() }
        try? await gracefulShutdown()
    }

    private func make() async {
        var told: String?
        while !Task.isCancelled {
            do throws(RequestFailure) {
                try await client.create(.secrets, SpeakerKeyMaker.secret(name), in: name.namespace)
                logger.notice("created the Secret \(name) with a new key for the speakers")
                return
            } catch {
                if error.isAlreadyThere { return }
                if told != error.message {
                    logger.error("cannot create the Secret \(name) with the key of the speakers: \(error.message)")
                }
                told = error.message
            }
            try? await Task.sleep(for: SpeakerKeyMaker.pause)
        }
    }

    /// Twenty characters of a set of 64, which is as long as the previous version's keys may be (RFC 5880 §4.4): 120 bits.
    static func secret(_ name: NamespacedName) -> Secret {
        var generator = SystemRandomNumberGenerator()
        let octets = (0..<15).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        var metadata = ObjectMeta(name: name.name, namespace: name.namespace)
        metadata.labels = ["app.kubernetes.io/name": "martlet"]
        return Secret(
            metadata: metadata, type: "Opaque", stringData: [dataKey: Data(octets).base64EncodedString()])
    }
}
