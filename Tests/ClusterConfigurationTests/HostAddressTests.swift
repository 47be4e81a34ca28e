import Addresses
import ClusterConfiguration
import KubernetesModel
import Manifests
import Testing

/// What a pool has in common with hosts, and what refers to objects that are in error.
@Suite struct HostAddressTests {
    private static func node(_ name: String, _ addresses: String) -> String {
        let entries = addresses.split(separator: " ").map { "{type: InternalIP, address: \"\($0)\"}" }
        return "---\napiVersion: v1\nkind: Node\nmetadata: {name: \(name)}\n"
            + "status: {addresses: [\(entries.joined(separator: ", ")), {type: Hostname, address: \(name)}]}\n"
    }

    @Test(
        "A pool holds a Node's address → a warning on the entry, unless it is excluded",
        arguments: [
            ("192.0.2.0/29", "", "192.0.2.2, which Node n1 uses (and 1 more addresses of hosts)"),
            ("198.51.100.0/24, 192.0.2.3-192.0.2.9", "", "192.0.2.3, which Node n2 uses:"),
            ("192.0.2.0/29", "excludedAddresses: [192.0.2.2]", "192.0.2.3, which Node n2 uses:"),
            ("192.0.2.0/29", "excludedAddresses: [192.0.2.2-192.0.2.3]", nil),
            ("\"2001:db8::/64\"", "", "2001:db8::2, which Node n1 uses:"), ("192.0.2.4/32", "", nil),
        ] as [(String, String, String?)])
    func pool(addresses: String, more: String, expected: String?) {
        let checked = Checked(
            Manifest.pool("lan", addresses, more)
                + HostAddressTests.node("n1", "192.0.2.2 2001:db8::2") + HostAddressTests.node("n2", "192.0.2.3"))
        #expect(checked.configuration.pools.count == 1)
        #expect(checked.problems.map(\.severity) == (expected == nil ? [] : [.warning]), "\(checked.lines)")
        if let expected {
            #expect(checked.lines[0].contains(expected), "\(checked.lines)")
            #expect(checked.lines[0].contains("spec.addresses[\(addresses.contains(",") ? 1 : 0)]"))
        }
    }

    @Test("A gateway is known → the same") func gateway() throws {
        var state = ManifestReader.read([ManifestFile(name: "a", text: Manifest.pool("lan", "192.0.2.0/29"))]).state
        state.gateways = [try IPAddress("192.0.2.1"): "n1"]
        let made = Configuration.make(from: state)
        #expect(made.problems.count == 1)
        #expect(made.problems.first?.message.contains("192.0.2.1, which the default gateway of n1 uses") == true)
    }

    /// An object that cannot be understood, one that names it, and what is said of the latter.
    private static let references: [(broken: String, naming: String, part: String)] = [
        (
            "apiVersion: martlet.dev/v1beta1\nkind: BFDProfile\nmetadata: {name: x}\nspec: {receiveInterval: fast}\n",
            Manifest.peer("tor", "bfdProfile: x"), "the BFDProfile \"x\" is invalid: fix it"
        ),
        (
            Manifest.martlet("BFDProfile", "x", "receiveInterval: 1"), Manifest.peer("tor", "bfdProfile: x"),
            "is invalid: fix it"
        ),
        ("", Manifest.peer("tor", "bfdProfile: x"), "does not exist yet"),
        (
            Manifest.martlet("IPAddressPool", "x", "addresses: 5"),
            Manifest.martlet("L2Advertisement", "a", "ipAddressPools: [x]"),
            "the pool \"x\" is invalid"
        ),
        (
            Manifest.peer("x", "holdTime: [9]"), Manifest.bgp("a", "peers: [x]"), "the BGPPeer \"x\" is invalid"
        ),
        (
            "---\napiVersion: v1\nkind: Secret\nmetadata: {name: x}\ndata: 5\n",
            Manifest.peer("tor", "passwordSecret: {name: x}"), "is invalid: fix it"
        ),
        (
            Manifest.martlet("Community", "x", "communities: 5"), Manifest.bgp("a", "communities: [customers]"),
            "and a Community object is invalid"
        ),
    ]

    @Test(
        "What an object names is invalid → it is said to be in error, not to be absent", arguments: references.indices)
    func reference(row: Int) {
        let (broken, naming, part) = HostAddressTests.references[row]
        let checked = Checked(broken, naming)
        #expect(checked.lines.contains { $0.contains(part) }, "\(checked.lines)")
    }

    @Test(
        "A hold time of zero → a warning, unless BFD watches the router",
        arguments: [
            ("holdTime: 0s", true), ("holdTime: 0s, keepaliveTime: 0s", true), ("holdTime: 0s, bfdProfile: x", false),
            ("holdTime: 3s", false), ("keepaliveTime: 0s", false),
        ])
    func holdTime(spec: String, isWarned: Bool) {
        let checked = Checked(Manifest.peer("tor", spec), Manifest.martlet("BFDProfile", "x", ""))
        #expect(checked.configuration.peers.count == 1, "\(checked.lines)")
        #expect(checked.lines.contains { $0.contains("disables keepalives") } == isWarned, "\(checked.lines)")
    }

    @Test("White space of every kind in a range counts for nothing; what cannot be seen is shown")
    func whiteSpace() {
        let right = Checked(Manifest.pool("lan", "\"\\t192.0.2.1 -\\u00a0192.0.2.9\\n\""))
        #expect(right.problems.isEmpty, "\(right.lines)")
        #expect(right.configuration.pools.first?.ranges.map(\.description) == ["192.0.2.1-192.0.2.9"])
        let wrong = Checked(Manifest.pool("lan", "\"192.0.2.1\\u200b-192.0.2.9\""))
        #expect(wrong.lines.count == 1 && wrong.lines[0].contains("192.0.2.1\\u{200B}-192.0.2.9"), "\(wrong.lines)")
    }
}
