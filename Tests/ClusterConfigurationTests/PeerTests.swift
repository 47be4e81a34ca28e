import Addresses
import ClusterConfiguration
import Testing

@Suite struct PeerTests {
    private static let refusedRows: [(spec: String, field: String, part: String)] = [
        ("myASN: 0", "spec.myASN", "1 to 4294967295"),
        ("myASN: 4294967296", "spec.myASN", "1 to 4294967295"),
        ("myASN: -1", "spec.myASN", "1 to 4294967295"),
        ("myASN: ", "spec.myASN", "is required"),
        ("peerASN: 0", "spec.peerASN", "is required"),
        ("peerASN: ", "spec.peerASN", "dynamicASN"),
        ("peerASN: 4294967296", "spec.peerASN", "1 to 4294967295"),
        ("peerASN: 64501, dynamicASN: external", "spec.dynamicASN", "remove one of the two"),
        ("dynamicASN: anything", "spec.dynamicASN", "internal or external"),
        ("localASN: 0", "spec.localASN", "1 to 4294967295"),
        ("localASN: 4294967296", "spec.localASN", "1 to 4294967295"),
        ("peerAddress: ", "spec.peerAddress", "spec.interface"),
        ("peerAddress: \"\"", "spec.peerAddress", "is required"),
        ("peerAddress: 192.0.2.1, interface: eth0", "spec.interface", "remove one of the two"),
        ("peerAddress: 192.0.2.1/32", "spec.peerAddress", "without a prefix length"),
        ("peerAddress: tor.example.com", "spec.peerAddress", "expected"),
        ("peerAddress: 192.0.2.300", "spec.peerAddress", "more than 255"),
        ("peerAddress: \"[2001:db8::1]\"", "spec.peerAddress", "expected"),
        ("peerAddress: \"2001:db8::1%eth0\"", "spec.peerAddress", "write 2001:db8::1"),
        ("peerAddress: \"192.0.2.1%eth0\"", "spec.peerAddress", "only a link-local"),
        ("peerAddress: \"fe80::1%\"", "spec.peerAddress", "is empty"),
        ("peerAddress: \"fe80::1%averyverylongname\"", "spec.peerAddress", "15 characters"),
        ("interface: averyverylongname", "spec.interface", "15 characters"),
        ("interface: \"a b\"", "spec.interface", "space"),
        ("sourceAddress: here", "spec.sourceAddress", "expected"),
        ("sourceAddress: 192.0.2.0/24", "spec.sourceAddress", "without a prefix length"),
        ("peerPort: 0", "spec.peerPort", "1 to 65535"),
        ("peerPort: 65536", "spec.peerPort", "1 to 65535"),
        ("peerPort: -179", "spec.peerPort", "1 to 65535"),
        ("holdTime: 2s", "spec.holdTime", "too short"),
        ("holdTime: 1.5s", "spec.holdTime", "too short"),
        ("holdTime: 65536s", "spec.holdTime", "too long"),
        ("holdTime: -3s", "spec.holdTime", "negative"),
        ("holdTime: soon", "spec.holdTime", "not a duration"),
        ("holdTime: \"90\"", "spec.holdTime", "unit is missing"),
        ("keepaliveTime: 0.5s", "spec.keepaliveTime", "too short"),
        ("keepaliveTime: -1s", "spec.keepaliveTime", "negative"),
        ("holdTime: 9s, keepaliveTime: 10s", "spec.keepaliveTime", "longer than spec.holdTime"),
        ("holdTime: 0s, keepaliveTime: 1s", "spec.keepaliveTime", "longer than spec.holdTime"),
        ("connectTime: 0s", "spec.connectTime", "1 to 65535"),
        ("connectTime: 500ms", "spec.connectTime", "1 to 65535"),
        ("connectTime: 1.5s", "spec.connectTime", "whole seconds"),
        ("connectTime: 65536s", "spec.connectTime", "1 to 65535"),
        ("connectTime: x", "spec.connectTime", "not a duration"),
        ("routerID: \"2001:db8::1\"", "spec.routerID", "other than 0.0.0.0"),
        ("routerID: 0.0.0.0", "spec.routerID", "other than 0.0.0.0"),
        ("routerID: one", "spec.routerID", "expected"),
        ("nodeSelectors: [{}, {}]", "spec.nodeSelectors[1]", "already"),
        ("password: a, passwordSecret: {name: good}", "spec.passwordSecret", "remove one of the two"),
        ("password: \(String(repeating: "x", count: 81))", "spec.password", "81 octets"),
        ("password: \(String(repeating: "ä", count: 41))", "spec.password", "82 octets"),
        ("passwordSecret: {name: nowhere}", "spec.passwordSecret", "does not exist yet"),
        (
            "passwordSecret: {name: good, namespace: other}", "spec.passwordSecret",
            "the Secret other/good does not exist yet"
        ),
        ("passwordSecret: {name: opaque}", "spec.passwordSecret", "has the type Opaque"),
        ("passwordSecret: {name: keyless}", "spec.passwordSecret", "no key \"password\""),
        ("passwordSecret: {name: garbled}", "spec.passwordSecret", "not Base64"),
        ("passwordSecret: {name: long}", "spec.passwordSecret", "84 octets"),
        ("bfdProfile: nowhere", "spec.bfdProfile", "does not exist yet"),
        ("bfdProfile: broken", "spec.bfdProfile", "is invalid"),
        ("peerASN: 64500, ebgpMultiHop: true", "spec.ebgpMultiHop", "remove it"),
        ("vrf: averyverylongname", "spec.vrf", "15 characters"),
        ("ttlSecurity: true, ebgpMultiHop: true", "spec.ttlSecurity", "same link"),
        ("shutdownMessage: \(String(repeating: "x", count: 256))", "spec.shutdownMessage", "256 octets"),
        (
            "shutdown: true, shutdownMessage: \(String(repeating: "ä", count: 128))", "spec.shutdownMessage",
            "256 octets"
        ),
    ]

    private static let surroundings =
        Manifest.secret("good", "data: {password: aHVzaA==}", namespace: "home")
        + Manifest.secret("opaque", "data: {password: aHVzaA==}", type: nil)
        + Manifest.secret("keyless", "data: {username: aHVzaA==}")
        + Manifest.secret("garbled", "data: {password: hush}x}".replacing("}x", with: "!"))
        + Manifest.secret("long", "data: {password: \(String(repeating: "QUJD", count: 28))}")
        + Manifest.secret("plain", "stringData: {password: hush}\ndata: {password: b3RoZXI=}")
        + Manifest.secret("blank", "stringData: {password: \"\"}")
        + Manifest.martlet(
            "BFDProfile", "fast",
            "receiveInterval: 50, transmitInterval: 60, detectMultiplier: 5, passiveMode: true, minimumTtl: 250")
        + Manifest.martlet("BFDProfile", "broken", "receiveInterval: 5")

    @Test(
        "A peer that is wrong is rejected with field and remedy, and left out", arguments: PeerTests.refusedRows.indices
    )
    func refused(row: Int) {
        let (spec, field, part) = PeerTests.refusedRows[row]
        let checked = Checked(Manifest.peer("tor", spec), PeerTests.surroundings)
        let errors = checked.problems.filter { $0.severity == .error && $0.object?.kind == "BGPPeer" }
        #expect(errors.map(\.field) == [field], "\(checked.lines)")
        #expect(errors.first?.message.contains(part) == true, "\(checked.lines)")
        #expect(checked.configuration.peers.isEmpty)
        #expect(!checked.lines.joined().contains("hush"))
    }

    @Test("Everything that is wrong with a peer is said at once")
    func allAtOnce() {
        let checked = Checked(
            Manifest.peer("tor", "peerASN: 0, peerAddress: x, peerPort: 0, holdTime: 1s, bfdProfile: nowhere, vrf: a/b")
        )
        #expect(
            checked.problems.map(\.field) == [
                "spec.peerASN", "spec.peerAddress", "spec.peerPort", "spec.holdTime", "spec.bfdProfile", "spec.vrf",
            ], "\(checked.lines)")
    }

    @Test(
        "What will probably not work is a warning",
        arguments: [
            ("peerAddress: \"fe80::1\"", "spec.peerAddress", "fe80::1%eth0"),
            ("peerAddress: 0.0.0.0", "spec.peerAddress", "not a router"),
            ("peerAddress: 224.0.0.1", "spec.peerAddress", "not a router"), ("myASN: 23456", "spec.myASN", "reserved"),
            ("peerASN: 65535", "spec.peerASN", "reserved"),
            ("dynamicASN: internal, ebgpMultiHop: true", "spec.ebgpMultiHop", "same AS"),
            ("sourceAddress: \"2001:db8::1\"", "spec.sourceAddress", "IPv4 address"),
            ("holdTime: 3.5s", "spec.holdTime", "3s is used"),
            ("disableMP: true, dualStackAddressFamily: true", "spec.disableMP", "contradicts"),
            ("passive: true, peerPort: 1179", "spec.peerPort", "connects to no port"),
            ("shutdownMessage: bye", "spec.shutdownMessage", "spec.shutdown is true"),
            ("passwordSecret: {name: blank}", "spec.passwordSecret", "not protected"),
        ])
    func warnings(spec: String, field: String, part: String) {
        let checked = Checked(Manifest.peer("tor", spec), PeerTests.surroundings)
        let problems = checked.problems.filter { $0.object?.kind == "BGPPeer" }
        #expect(problems.map(\.severity) == [.warning], "\(checked.lines)")
        #expect(problems.map(\.field) == [field])
        #expect(problems.first?.message.contains(part) == true, "\(checked.lines)")
        #expect(checked.configuration.peers.count == 1)
    }

    /// The peer of a specification that has warnings at these fields, and no other problem.
    private static func peer(_ spec: String, warnings: [String] = []) throws -> Peer {
        let checked = Checked(Manifest.peer("tor", spec), PeerTests.surroundings)
        let problems = checked.problems.filter { $0.object?.kind == "BGPPeer" }
        #expect(problems.allSatisfy { $0.severity == .warning }, "\(checked.lines)")
        #expect(problems.map(\.field) == warnings, "\(checked.lines)")
        return try #require(checked.configuration.peers.first)
    }

    @Test("Defaults are MetalLB's")
    func defaults() throws {
        #expect(
            try PeerTests.peer("")
                == Peer(
                    name: "tor", myASN: 64500, remoteAS: .number(64501),
                    endpoint: .address(try IPAddress("192.0.2.1"), zone: nil)))
    }

    @Test("Every field has its meaning")
    func everything() throws {
        let peer = try PeerTests.peer(
            """
            myASN: 4200000000, localASN: 64999, peerASN: 4294967294, peerAddress: "fe80::1%eth0", sourceAddress: "fe80::2", peerPort: 1179,
            holdTime: 1m0s, keepaliveTime: 5s, connectTime: 2m, routerID: 10.0.0.1, nodeSelectors: [{matchLabels: {rack: a}}],
            passwordSecret: {name: good, namespace: home}, bfdProfile: fast, ebgpMultiHop: true, enableGracefulRestart: true, vrf: red,
            dualStackAddressFamily: true
            """)
        #expect(peer.myASN == 4_200_000_000)
        #expect(peer.localASN == 64999)
        #expect(peer.remoteAS == .number(4_294_967_294))
        #expect(peer.endpoint == .address(try IPAddress("fe80::1"), zone: "eth0"))
        #expect(peer.sourceAddress == (try IPAddress("fe80::2")))
        #expect(peer.port == 1179)
        #expect(peer.holdTime == .seconds(60))
        #expect(peer.keepaliveTime == .seconds(5))
        #expect(peer.connectTime == .seconds(120))
        #expect(peer.routerID == IPv4Address(10, 0, 0, 1))
        #expect(peer.nodeSelectors.map(\.description) == ["rack=a"])
        #expect(peer.password == Password("hush"))
        #expect(
            peer.bfd
                == BFDSettings(
                    profile: "fast", receiveInterval: .milliseconds(50), transmitInterval: .milliseconds(60),
                    detectMultiplier: 5,
                    isPassive: true, minimumTTL: 250))
        #expect(peer.ebgpMultiHop && peer.enableGracefulRestart && peer.dualStackAddressFamily && !peer.disableMP)
        #expect(peer.vrf == "red")
        #expect(!peer.isPassive && !peer.ttlSecurity && peer.description == nil && peer.shutdown == nil)
        #expect(!"\(peer)".contains("hush"))
    }

    @Test("Martlet's own fields have their meaning")
    func additions() throws {
        let peer = try PeerTests.peer(
            "passive: true, ttlSecurity: true, description: rack 4, shutdown: true, shutdownMessage: new line card")
        #expect(peer.isPassive && peer.ttlSecurity)
        #expect(peer.description == "rack 4")
        #expect(peer.shutdown == Peer.Shutdown(message: "new line card"))
        #expect(try PeerTests.peer("shutdown: true").shutdown == Peer.Shutdown())
        #expect(try PeerTests.peer("shutdown: false, shutdownMessage: later").shutdown == nil)
    }

    @Test(
        "Hold and keepalive time follow from each other",
        arguments: [
            ("holdTime: 30s", 30, 10), ("keepaliveTime: 10s", 30, 10), ("keepaliveTime: 1s", 3, 1),
            ("holdTime: 0s", 0, 0),
            ("holdTime: 0s, keepaliveTime: 0s", 0, 0), ("holdTime: 9m0s, keepaliveTime: 0s", 540, 180),
            ("keepaliveTime: 0s", 90, 30),
            ("holdTime: 3s, keepaliveTime: 3s", 3, 3), ("holdTime: 65535s", 65535, 21845),
        ])
    func timers(spec: String, hold: Int, keepalive: Int) throws {
        // Without keepalives nothing but TCP finds a router dead, and that is said.
        let peer = try PeerTests.peer(spec, warnings: hold == 0 ? ["spec.holdTime"] : [])
        #expect(peer.holdTime == .seconds(hold))
        #expect(peer.keepaliveTime == .seconds(keepalive))
    }

    @Test(
        "A router is found by address or interface, its AS by number or kind",
        arguments: [
            (
                "interface: eth1, dynamicASN: external", Peer.Endpoint.unnumbered(interface: "eth1"),
                Peer.RemoteAS.external
            ),
            ("dynamicASN: internal", .address(.v4(IPv4Address(192, 0, 2, 1)), zone: nil), .internal),
            ("peerASN: 0, dynamicASN: external", .address(.v4(IPv4Address(192, 0, 2, 1)), zone: nil), .external),
            (
                "peerAddress: \"::ffff:192.0.2.1\", peerASN: 1", .address(.v4(IPv4Address(192, 0, 2, 1)), zone: nil),
                .number(1)
            ),
        ])
    func endpoints(spec: String, endpoint: Peer.Endpoint, remoteAS: Peer.RemoteAS) throws {
        let peer = try PeerTests.peer(spec)
        #expect(peer.endpoint == endpoint)
        #expect(peer.remoteAS == remoteAS)
    }

    @Test("In a Secret, stringData counts before data; a Secret without a namespace is its neighbours'")
    func secrets() throws {
        #expect(try PeerTests.peer("passwordSecret: {name: plain}").password == Password("hush"))
        #expect(try PeerTests.peer("passwordSecret: {name: plain, namespace: any}").password == Password("hush"))
        #expect(try PeerTests.peer("passwordSecret: {name: good}").password == Password("hush"))
        #expect(try PeerTests.peer("passwordSecret: {}").password == nil)
        #expect(try PeerTests.peer("password: \(String(repeating: "x", count: 80))").password?.octets.count == 80)
    }

    @Test("The old version of MetalLB's BGPPeer has the same fields, and a port of zero for the default")
    func oldVersion() {
        let checked = Checked(
            """
            apiVersion: metallb.io/v1beta1
            kind: BGPPeer
            metadata: {name: old}
            spec:
              myASN: 64500
              peerASN: 64501
              peerAddress: 192.0.2.1
              peerPort: 0
              password: hush
              nodeSelectors: [{matchExpressions: [{key: rack, operator: In, values: [a]}]}]
            """)
        #expect(checked.problems.isEmpty, "\(checked.lines)")
        #expect(checked.configuration.peers.first?.port == 179)
    }

    @Test("Two sessions of one node with one router: the later is invalid, unless no node has both")
    func sameRouter() {
        let nodes = Manifest.node("n1", labels: "rack: a") + Manifest.node("n2", labels: "rack: b")
        func names(_ specs: String..., nodes: String = "") -> [String] {
            Checked(specs.enumerated().map { Manifest.peer("p\($0.offset)", $0.element) }.joined(), nodes).configuration
                .peers.map(\.name)
        }
        let rackA = "nodeSelectors: [{matchLabels: {rack: a}}]"
        let rackB = "nodeSelectors: [{matchLabels: {rack: b}}]"
        #expect(names("", "peerASN: 64502") == ["p0"])
        #expect(names("", "peerPort: 1179", "vrf: red", "peerAddress: 192.0.2.2") == ["p0", "p1", "p2", "p3"])
        #expect(names("interface: eth0", "interface: eth0", "interface: eth1") == ["p0", "p2"])
        #expect(names("peerAddress: \"fe80::1%eth0\"", "peerAddress: \"fe80::1%eth1\"") == ["p0", "p1"])
        #expect(names(rackA, rackB, nodes: nodes) == ["p0", "p1"])
        #expect(names(rackA, rackB) == ["p0", "p1"])
        #expect(names(rackA, rackA, nodes: nodes) == ["p0"])
        #expect(names(rackA, rackA) == ["p0"])
        #expect(names(rackA, "", nodes: nodes) == ["p0"])
    }

    // MARK: - BFD

    @Test(
        "A BFDProfile out of range is rejected",
        arguments: [
            ("receiveInterval: 9", "spec.receiveInterval", "10 to 60000 ms"),
            ("receiveInterval: 60001", "spec.receiveInterval", "10 to 60000 ms"),
            ("transmitInterval: 0", "spec.transmitInterval", "10 to 60000 ms"),
            ("transmitInterval: -1", "spec.transmitInterval", "10 to 60000 ms"),
            ("echoInterval: 9", "spec.echoInterval", "10 to 60000 ms"),
            ("detectMultiplier: 1", "spec.detectMultiplier", "2 to 255"),
            ("detectMultiplier: 256", "spec.detectMultiplier", "2 to 255"),
            ("minimumTtl: 0", "spec.minimumTtl", "1 to 254"),
            ("minimumTtl: 255", "spec.minimumTtl", "1 to 254"),
        ])
    func bfdRefused(spec: String, field: String, part: String) {
        let checked = Checked(Manifest.martlet("BFDProfile", "p", spec), Manifest.peer("tor", "bfdProfile: p"))
        #expect(checked.problems.map(\.field) == [field, "spec.bfdProfile"], "\(checked.lines)")
        #expect(checked.problems.first?.message.contains(part) == true, "\(checked.lines)")
    }

    @Test("Authentication of BFD has its key from a Secret, and is meticulous unless it says otherwise")
    func bfdAuthentication() {
        for (type, isMeticulous) in [("", true), ("type: MeticulousKeyedSHA1, ", true), ("type: KeyedSHA1, ", false)] {
            let checked = Checked(
                Manifest.martlet("BFDProfile", "p", "authentication: {\(type)keyID: 7, secret: {name: plain}}")
                    + Manifest.secret("plain", "stringData: {password: hush}"), Manifest.peer("tor", "bfdProfile: p"))
            #expect(checked.problems.isEmpty, "\(checked.lines)")
            let expected = BFDSettings.Authentication(isMeticulous: isMeticulous, keyID: 7, secret: Password("hush"))
            #expect(checked.configuration.peers.first?.bfd?.authentication == expected)
        }
    }

    @Test(
        "Authentication of BFD that cannot work is rejected, and no secret is told",
        arguments: [
            ("keyID: 7", "spec.authentication.secret.name", "is required"),
            ("secret: {name: plain}", "spec.authentication.keyID", "is required"),
            ("keyID: 256, secret: {name: plain}", "spec.authentication.keyID", "0 to 255"),
            ("type: MD5, keyID: 1, secret: {name: plain}", "spec.authentication.type", "KeyedSHA1"),
            ("keyID: 1, secret: {name: nowhere}", "spec.authentication.secret", "does not exist yet"),
            ("keyID: 1, secret: {name: long}", "spec.authentication.secret", "21 octets"),
        ])
    func bfdAuthenticationRefused(authentication: String, field: String, part: String) {
        let checked = Checked(
            Manifest.martlet("BFDProfile", "p", "authentication: {\(authentication)}")
                + Manifest.secret("plain", "stringData: {password: hush}")
                + Manifest.secret("long", "stringData: {password: hushhushhushhushhushh}"))
        #expect(checked.problems.map(\.field) == [field], "\(checked.lines)")
        #expect(checked.problems.first?.message.contains(part) == true, "\(checked.lines)")
        #expect(!checked.lines.joined().contains("hush"))
    }

    @Test("A BFDProfile without fields has MetalLB's defaults; echo is a warning, as nothing uses it")
    func bfdDefaults() {
        let checked = Checked(
            "apiVersion: metallb.io/v1beta1\nkind: BFDProfile\nmetadata: {name: p}\n",
            Manifest.peer("tor", "bfdProfile: p"))
        #expect(checked.problems.isEmpty, "\(checked.lines)")
        #expect(
            checked.configuration.peers.first?.bfd
                == BFDSettings(
                    profile: "p", receiveInterval: .milliseconds(300), transmitInterval: .milliseconds(300),
                    detectMultiplier: 3))
        let echo = Checked(
            Manifest.martlet("BFDProfile", "p", "echoMode: true, echoInterval: 50"),
            Manifest.peer("tor", "bfdProfile: p"))
        #expect(echo.problems.map(\.severity) == [.warning])
        #expect(echo.configuration.peers.count == 1)
    }

    // MARK: - Edits

    @Test("When the Secret or profile of a session goes, the session stays as it was")
    func keeping() {
        let peer = Manifest.peer("tor", "passwordSecret: {name: plain}, bfdProfile: fast")
        let before = Checked(peer, PeerTests.surroundings)
        let after = Checked(peer, keeping: before.configuration)
        #expect(after.configuration.peers == before.configuration.peers)
        #expect(after.problems.map(\.field) == ["spec.passwordSecret", "spec.bfdProfile"])
        #expect(Checked(peer).configuration.peers.isEmpty)
    }

    @Test("Nothing that prints a configuration prints a password")
    func redaction() throws {
        let checked = Checked(Manifest.peer("tor", "passwordSecret: {name: plain}"), PeerTests.surroundings)
        #expect(checked.configuration.peers.first?.password == Password("hush"))
        var dumped = ""
        dump(checked.configuration, to: &dumped)
        for text in ["\(checked.configuration)", String(reflecting: checked.configuration), dumped] {
            #expect(!text.contains("hush") && !text.contains("104, 117, 115, 104"), "\(text)")
        }
        #expect("\(Password("hush"))" == "redacted")
    }
}
