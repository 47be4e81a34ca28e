import Addresses
import BGP
import ClusterConfiguration
import Interfaces
import NetworkIO
import NodeDecisions
import Speaker
import TestSupport
import Testing

extension BGPInteropTests {
    /// What every daemon is asked for alike.
    @Suite("Every daemon in every situation") struct Matrix {
        /// One way of having a session.
        enum Situation: String, CaseIterable, Sendable, CustomTestStringConvertible {
            case external = "eBGP over IPv4, both families"
            case ipv6Only = "eBGP where there is IPv6 only"
            case password = "TCP-MD5"
            case `internal` = "iBGP in an AS of four octets"
            case twoOctets = "a router that knows AS numbers of two octets"
            case multihop = "eBGP over a hop"
            case routerConnects = "the router connects"

            var testDescription: String { rawValue }

            var setup: RouterSetup {
                var setup = RouterSetup()
                switch self {
                case .external: setup.families = [.ipv4, .ipv6]
                case .ipv6Only: (setup.transport, setup.families) = (.ipv6, [.ipv6])
                case .password: setup.password = "correct-horse"
                case .internal: (setup.asn, setup.peerASN) = (4_200_000_001, 4_200_000_001)
                case .twoOctets: setup.isTwoOctets = true
                case .multihop: setup.isMultihop = true
                case .routerConnects: setup.connects = true
                }
                return setup
            }

            var localASN: UInt32 { setup.peerASN }

            func peer(_ lab: BGPLab) -> BGPPeerSettings {
                let setup = setup
                var peer = lab.peer(
                    over: setup.transport, localASN: localASN, peerASN: setup.asn, families: setup.families)
                peer.session.isPassive = setup.connects
                peer.options.password = setup.password.flatMap { TCPPassword($0) }
                if !setup.isMultihop, !setup.isInternal { peer.options.timeToLive = 1 }
                if setup.families.contains(.ipv6) { peer.nextHops[.ipv6] = BGPLab.nodeIPv6 }
                return peer
            }

            /// Which daemons can be in it.
            func isPossible(with daemon: Daemon) -> Bool {
                switch self {
                // GoBGP always offers four octets.
                case .twoOctets: daemon != .gobgp
                case .password: daemon.hasPasswords
                default: true
                }
            }
        }

        struct Row: Sendable, CustomTestStringConvertible {
            let daemon: Daemon
            let situation: Situation
            var testDescription: String { "\(daemon.rawValue): \(situation.rawValue)" }

            /// Whether the operator can ask for everything again. GoBGP keeps all that came, and looks there; an FRR that
            /// knows two octets only offers no capabilities at all.
            var canRefresh: Bool { daemon != .gobgp && !(daemon == .frr && situation == .twoOctets) }
        }

        static let rows = Daemon.allCases.flatMap { daemon in
            Situation.allCases.filter { $0.isPossible(with: daemon) }.map { Row(daemon: daemon, situation: $0) }
        }

        static let attributes = RouteAttributes(
            localPreference: 4321, multiExitDiscriminator: 5, communities: [Community(64512, 7), .noExport],
            largeCommunities: [LargeCommunity(64512, 1, 2)],
            extendedCommunities: [.linkBandwidth(250_000, asn: ASN(64512), isTransitive: true)], prepending: 1)

        static let prefixes: [AddressFamily: String] = [.ipv4: "192.0.2.10/32", .ipv6: "2001:db8:1::10/128"]
        static let nextHops: [AddressFamily: IPAddress] = [.ipv4: BGPLab.nodeIPv4, .ipv6: BGPLab.nodeIPv6]

        @Test("A route comes with all it says, again when asked for, and goes", arguments: rows)
        func route(_ row: Row) async throws {
            let situation = row.situation
            let setup = situation.setup
            try await BGPLab(isMultihop: setup.isMultihop).run { lab in
                if situation == .ipv6Only {
                    try lab.node.ip("address delete 10.99.0.1/24 dev eth0")
                    try lab.router.ip("address delete 10.99.0.2/24 dev eth0")
                }
                let prefixes = try setup.families.compactMap { Matrix.prefixes[$0] }.map { try IPPrefix($0) }
                lab.speaker.apply(prefixes.map { .announce($0, Matrix.attributes, to: ["tor"]) })
                // Where the router connects, it must find us listening at its first attempt.
                if setup.connects { await lab.speaker.apply(peers: [situation.peer(lab)]) }
                let router = try await row.daemon.start(lab, setup)
                defer { router.stop() }
                if !setup.connects { await lab.speaker.apply(peers: [situation.peer(lab)]) }
                for prefix in prefixes { try await check(prefix, router, row) }

                if row.canRefresh { try await checkRefresh(lab, router, setup) }
                lab.speaker.apply(prefixes.map { .withdraw($0) })
                for prefix in prefixes {
                    let hop = Matrix.nextHops[prefix.family]?.description ?? ""
                    try await eventually("\(prefix) goes") { try await !router.details(of: prefix).contains(hop) }
                }
                let status = try await lab.status()
                #expect(status.statistics.established == 1)
                #expect(status.negotiated?.fourOctetASN == !setup.isTwoOctets)
            }
        }

        private func checkRefresh(_ lab: BGPLab, _ router: any InteropRouter, _ setup: RouterSetup) async throws {
            let before = try await lab.status().statistics
            try await router.refresh(setup)
            try await eventually("everything again") {
                let after = try await lab.status().statistics
                return after.received.routeRefresh > before.received.routeRefresh
                    && after.sent.update > before.sent.update
            }
        }

        private func check(_ prefix: IPPrefix, _ router: any InteropRouter, _ row: Row) async throws {
            let hop = Matrix.nextHops[prefix.family]?.description ?? ""
            try await eventually("\(row.daemon.rawValue) has \(prefix)", within: .seconds(25)) {
                try await router.details(of: prefix).contains(hop)
            }
            let text = String(try await router.details(of: prefix).lowercased().map { $0 == "_" ? "-" : $0 })
            for word in row.daemon.words { #expect(text.contains(word), "no \"\(word)\" in:\n\(text)") }
            let path = "\(row.situation.localASN)"
            if row.situation.setup.isInternal {
                #expect(text.contains("4321"), "no local preference in:\n\(text)")
            } else {
                // Twice: once because it must be, and once more.
                #expect(text.contains("\(path) \(path)"), "no path in:\n\(text)")
                #expect(!text.contains("4321"), "a local preference in:\n\(text)")
            }
        }

        @Test("A wrong AS is answered with Bad Peer AS, and a wrong password with nothing", arguments: Daemon.allCases)
        func refusals(_ daemon: Daemon) async throws {
            try await BGPLab().run { lab in
                var setup = RouterSetup()
                if daemon.hasPasswords { setup.password = "correct-horse" }
                let router = try await daemon.start(lab, setup)
                defer { router.stop() }
                var peer = lab.peer(peerASN: 64999)
                peer.options.password = setup.password.flatMap { TCPPassword($0) }
                await lab.speaker.apply(peers: [peer])
                try await eventually("Bad Peer AS") {
                    try await lab.status().lastError?.contains("Bad Peer AS") == true
                }
                guard daemon.hasPasswords else { return }
                peer = lab.peer()
                peer.options.password = TCPPassword("horse-correct")
                await lab.speaker.apply(peers: [peer])
                try await eventually("no answer") {
                    try await lab.status().lastError?.contains("a different password, or none, does not answer") == true
                }
                #expect(try await lab.status().statistics.established == 0)
                // The attempt would go on for half a minute.
                let time = await ContinuousClock().measure { await lab.speaker.shutdown() }
                #expect(time < .seconds(1.5))
            }
        }

        @Test(
            "When packets vanish, both sides' hold timers end the session, and it comes back",
            arguments: Daemon.allCases)
        func holdTimers(_ daemon: Daemon) async throws {
            var setup = RouterSetup()
            (setup.isMultihop, setup.holdTime) = (true, 3)
            try await BGPLab(isMultihop: true).run { lab in
                let prefix = try IPPrefix("192.0.2.10/32")
                let router = try await daemon.start(lab, setup)
                defer { router.stop() }
                lab.speaker.apply([.announce(prefix, to: ["tor"])])
                await lab.speaker.apply(peers: [lab.peer(holdTime: .seconds(3))])
                let hop = BGPLab.nodeIPv4.description
                try await eventually("the route") { try await router.details(of: prefix).contains(hop) }
                try await lab.setForwarding(false)
                try await eventually("our hold timer") {
                    try await lab.status().lastError?.contains("hold time expired") == true
                }
                // ExaBGP tells its helper nothing of a lost session's routes.
                if daemon != .exabgp {
                    try await eventually("the router's hold timer") {
                        try await !router.details(of: prefix).contains(hop)
                    }
                }
                try await lab.setForwarding(true)
                // OpenBGPD would let us wait for half a minute.
                guard daemon != .openbgpd else { return }
                try await eventually("the session again", within: .seconds(25)) {
                    try await lab.status().statistics.established == 2
                }
            }
        }
    }
}
