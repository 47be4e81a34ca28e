import ClusterConfiguration
import FoundationEssentials
import KubernetesModel

/// Puts a name in the place of each secret: the same for the same secret, so that what depends on whether two are equal is
/// decided as it was; and as long as it takes for what is wrong with a secret's length to stay so.
package struct SecretNames: Sendable {
    private var numbers: [String: Int] = [:]

    package init() {}

    /// Where `kubectl apply` keeps the whole object, with its secrets.
    static let lastApplied = "kubectl.kubernetes.io/last-applied-configuration"

    package mutating func name(of secret: String) -> String {
        guard !secret.isEmpty else { return "" }
        let number = numbers[secret] ?? numbers.count + 1
        numbers[secret] = number
        var name = "secret-\(number)"
        // The lengths that BFD keys (RFC 5880 §4.4) and TCP-MD5 passwords (tcp(7)) may have.
        for limit in [20, 80] where secret.utf8.count > limit {
            name += String(repeating: "-", count: limit + 1 - name.utf8.count)
        }
        return name
    }

    /// The state without secrets.
    package mutating func redact(_ state: inout ClusterState) {
        for index in state.secrets.indices { state.secrets[index] = redacted(state.secrets[index]) }
        for index in state.peers.indices {
            state.peers[index] = redacted(state.peers[index])
        }
        func clean<Object>(_ objects: inout [Object], _ metadata: WritableKeyPath<Object, ObjectMeta>) {
            for index in objects.indices {
                objects[index][keyPath: metadata].annotations?[SecretNames.lastApplied] = nil
            }
        }
        clean(&state.pools, \.metadata)
        clean(&state.layer2Advertisements, \.metadata)
        clean(&state.bgpAdvertisements, \.metadata)
        clean(&state.peers, \.metadata)
        clean(&state.bfdProfiles, \.metadata)
        clean(&state.communities, \.metadata)
        clean(&state.services, \.metadata)
        clean(&state.nodes, \.metadata)
        clean(&state.namespaces, \.metadata)
        clean(&state.secrets, \.metadata)
        clean(&state.endpointSlices, \.metadata)
    }

    mutating func redacted(_ secret: Secret) -> Secret {
        var secret = secret
        if let values = secret.data { secret.data = named(encoded: values) }
        if let values = secret.stringData { secret.stringData = named(values) }
        return secret
    }

    mutating func redacted(_ peer: BGPPeer) -> BGPPeer {
        var peer = peer
        if let password = peer.spec?.password { peer.spec?.password = name(of: password) }
        return peer
    }

    private mutating func named(_ values: [String: String]) -> [String: String] {
        var named: [String: String] = [:]
        // In order, so that the same secrets have the same names in every process.
        for (key, value) in values.sorted(by: { $0.key < $1.key }) { named[key] = name(of: value) }
        return named
    }

    private mutating func named(encoded values: [String: String]) -> [String: String] {
        var named: [String: String] = [:]
        for (key, value) in values.sorted(by: { $0.key < $1.key }) {
            let text = value.filter { !$0.isNewline }
            // What is no Base64 stays none.
            guard let octets = Data(base64Encoded: text) else {
                named[key] = "?"
                continue
            }
            named[key] = Data(name(of: String(decoding: octets, as: UTF8.self)).utf8).base64EncodedString()
        }
        return named
    }
}
