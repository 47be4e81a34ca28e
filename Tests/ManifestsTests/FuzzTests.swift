import ClusterConfiguration
import Manifests
import TestSupport
import Testing

/// The reader and the checks against manifests that chance has damaged.
@Suite struct FuzzTests {
    private static let manifests = """
        apiVersion: v1
        kind: List
        items:
        - &pool
          apiVersion: martlet.dev/v1beta1
          kind: IPAddressPool
          metadata: {name: lan, labels: {"a": 'b'}}
          spec:
            addresses: [192.0.2.0/24, "2001:db8::/64", 198.51.100.1-198.51.100.9]
            excludedAddresses: &excluded
              - 192.0.2.1
            reuseAfter: 1h30m
        - <<: *pool
          metadata: {name: other}
        ---
        # A peer.
        apiVersion: metallb.io/v1beta2
        kind: BGPPeer
        metadata:
          name: tor
        spec:
          myASN: 64500
          peerASN: 64501
          peerAddress: fe80::1%eth0
          holdTime: 90s
          password: |
            hush
          nodeSelectors:
            - matchExpressions:
                - {key: rack, operator: In, values: [a, b]}
        ---
        {"apiVersion": "martlet.dev/v1beta1", "kind": "BGPAdvertisement", "metadata": {"name": "adv"},
         "spec": {"communities": ["64500:3", "large:1:2:3"], "aggregationLength": 26}}
        """

    private static let json = """
        {"apiVersion": "v1", "kind": "List", "items": [
          {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web", "annotations": {"a": "\\u00e4\\ud83d\\ude00"}},
           "spec": {"type": "LoadBalancer", "ports": [{"port": 80}, {"port": -1.5e3}]}, "status": null},
          {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "data": {"password": "aHVzaA=="}}]}
        """

    /// Pieces that mean something to YAML, JSON or what reads them.
    private static let pieces: [[UInt8]] =
        [
            "*", "&a ", "<<: ", "---\n", "...\n", "\t", "\r", "\n", "\n\n  ", ": ", "- ", "? ", "[", "]", "{", "}", ",",
            "#", "\"", "'", "\\", "|", ">-",
            "!!str ", "!!int ", "!", "%YAML 1.1\n", "@", "`", "~", "null", "true", "0x", "1e999", "-",
            "99999999999999999999", "\u{E000}", "\u{FEFF}",
            "\u{85}", "\u{2028}", "*pool", "&pool ", "/", "%", "\\u", "\\ud800", "\u{0}", "::", "0", "=", "large:",
            "\\\n",
        ].map { Array($0.utf8) } + [[0xFF], [0xC3], [0xED, 0xA0, 0x80], [0x80]]

    @Test("Damaged manifests are read or rejected, but neither crash nor take long", arguments: [UInt64](1...40))
    func damaged(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for round in 0..<50 {
            var bytes = Array((Bool.random(using: &random) ? FuzzTests.manifests : FuzzTests.json).utf8)
            for _ in 0..<Int.random(in: 1...6, using: &random) { FuzzTests.damage(&bytes, &random) }
            // Whatever may end a line; the last octets of U+0085, U+2028 and U+2029 among them.
            let lines = 1 + bytes.count { [0x0A, 0x0D, 0x85, 0xA8, 0xA9].contains($0) }
            let clock = ContinuousClock()
            let time = clock.measure {
                let reading = ManifestReader.read([ManifestFile(name: "f", bytes: bytes)])
                let made = Configuration.make(from: reading.state)
                for problem in reading.problems + made.problems {
                    // What the secret was is never said, however the manifest is damaged.
                    if problem.object?.kind == "Secret", problem.field?.hasPrefix("metadata") != true {
                        #expect(!problem.message.contains("aHVzaA"), "seed \(seed), round \(round)")
                    }
                    #expect(!problem.message.isEmpty)
                    if let line = problem.location?.line {
                        #expect((1...lines).contains(line), "seed \(seed), round \(round)")
                    }
                }
            }
            #expect(time < .seconds(5), "seed \(seed), round \(round)")
        }
    }

    private static func damage(_ bytes: inout [UInt8], _ random: inout SeededGenerator) {
        guard !bytes.isEmpty else { return }
        let position = Int.random(in: 0..<bytes.count, using: &random)
        let end = min(bytes.count, position + Int.random(in: 1...40, using: &random))
        switch Int.random(in: 0..<6, using: &random) {
        case 0: bytes[position] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.removeSubrange(position..<end)
        case 2: bytes.insert(contentsOf: pieces.randomElement(using: &random) ?? [], at: position)
        case 3: bytes.insert(contentsOf: bytes[position..<end], at: Int.random(in: 0...bytes.count, using: &random))
        case 4: bytes.removeSubrange(position...)
        default: bytes.replaceSubrange(position..<end, with: pieces.randomElement(using: &random) ?? [])
        }
    }
}
