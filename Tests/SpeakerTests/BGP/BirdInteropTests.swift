import Addresses
import BGP
import ClusterConfiguration
import Glibc
import Interfaces
import NetworkIO
import NodeDecisions
import Speaker
import TestSupport
import Testing

extension BGPInteropTests {
    @Suite("With BIRD 2") struct Bird {
        static let external4 = """
            protocol bgp martlet4 {
                local 10.99.0.2 as 64513; neighbor 10.99.0.1 as 64512; passive yes; hold time 9;
                ipv4 { import all; export none; };
            }
            """
        static let external6 = """
            protocol bgp martlet6 {
                local 2001:db8:99::2 as 64513; neighbor 2001:db8:99::1 as 64512; passive yes; hold time 9;
                ipv6 { import all; export none; };
            }
            """

        @Test("An eBGP session over IPv4 imports IPv4 routes with all their attributes") func ipv4() async throws {
            try await BGPLab().run { lab in
                let bird = try await BirdRouter(lab, Bird.external4)
                await lab.speaker.apply(peers: [lab.peer()])
                let attributes = RouteAttributes(
                    localPreference: 200, multiExitDiscriminator: 5,
                    communities: [Community(64512, 7), .noAdvertise],
                    largeCommunities: [LargeCommunity(64512, 1, 2)],
                    extendedCommunities: [.linkBandwidth(1_000_000, asn: ASN(64512))], prepending: 2)
                lab.speaker.apply([
                    .announce(try IPPrefix("192.0.2.10/32"), attributes, to: ["tor"]),
                    .announce(try IPPrefix("198.51.100.0/24"), to: ["tor"]),
                    .announce(try IPPrefix("203.0.113.0/24"), to: ["another"]),
                ])
                try await eventually("BIRD has both routes") {
                    try await bird.ask("show route count").contains("2 of 2 routes")
                }
                let route = try await bird.ask("show route 192.0.2.10/32 all")
                #expect(route.contains("BGP.next_hop: 10.99.0.1"))
                #expect(route.contains("BGP.as_path: 64512 64512 64512"))
                #expect(route.contains("BGP.med: 5"))
                #expect(route.contains("(64512,7)"))
                #expect(route.contains("(65535,65282)"))
                #expect(route.contains("(64512, 1, 2)"))
                #expect(route.contains("BGP.ext_community"))
                // BIRD's own default: external peers tell no local preference.
                #expect(route.contains("BGP.local_pref: 100"))
                #expect(try await lab.status().prefixesSent == 2)
            }
        }

        @Test("An eBGP session over IPv6 imports IPv6 routes") func ipv6() async throws {
            try await BGPLab().run { lab in
                let bird = try await BirdRouter(lab, Bird.external6)
                await lab.speaker.apply(peers: [lab.peer(over: .ipv6)])
                lab.speaker.apply([
                    .announce(
                        try IPPrefix("2001:db8:1::10/128"), RouteAttributes(communities: [Community(64512, 7)]),
                        to: ["tor"]),
                    .announce(try IPPrefix("192.0.2.10/32"), to: ["tor"]),
                ])
                try await eventually("BIRD has the route") {
                    try await bird.ask("show route count").contains("1 of 1 routes")
                }
                let route = try await bird.ask("show route 2001:db8:1::10/128 all")
                #expect(route.contains("BGP.next_hop: 2001:db8:99::1"))
                #expect(route.contains("(64512,7)"))
            }
        }

        @Test("An iBGP session carries the local preference and an empty path") func internalPeer() async throws {
            try await BGPLab().run { lab in
                let bird = try await BirdRouter(
                    lab,
                    """
                    protocol bgp martlet {
                        local 10.99.0.2 as 4200000001; neighbor 10.99.0.1 as 4200000001; passive yes;
                        ipv4 { import all; export none; };
                        ipv6 { import all; export none; };
                    }
                    """)
                var peer = lab.peer(localASN: 4_200_000_001, peerASN: 4_200_000_001, families: [.ipv4, .ipv6])
                peer.nextHops[.ipv6] = BGPLab.nodeIPv6
                await lab.speaker.apply(peers: [peer])
                let attributes = RouteAttributes(localPreference: 4321)
                lab.speaker.apply([
                    .announce(try IPPrefix("192.0.2.10/32"), attributes, to: ["tor"]),
                    .announce(try IPPrefix("2001:db8:1::10/128"), to: ["tor"]),
                ])
                try await eventually("BIRD has both routes") {
                    try await bird.ask("show route count").contains("Total: 2 of 2 routes")
                }
                let ipv4 = try await bird.ask("show route 192.0.2.10/32 all")
                #expect(ipv4.contains("BGP.local_pref: 4321"))
                #expect(ipv4.contains("BGP.as_path: \n"))
                let ipv6 = try await bird.ask("show route 2001:db8:1::10/128 all")
                #expect(ipv6.contains("BGP.next_hop: 2001:db8:99::1"))
                #expect(ipv6.contains("BGP.local_pref: 100"))
            }
        }

        @Test("An external AS number of four octets is in the path") func fourOctets() async throws {
            try await BGPLab().run { lab in
                let bird = try await BirdRouter(
                    lab,
                    Bird.external4.replacing("neighbor 10.99.0.1 as 64512", with: "neighbor 10.99.0.1 as 4200000007"))
                await lab.speaker.apply(peers: [lab.peer(localASN: 4_200_000_007)])
                lab.speaker.apply([.announce(try IPPrefix("192.0.2.10/32"), to: ["tor"])])
                try await eventually("the path") {
                    try await bird.ask("show route all").contains("BGP.as_path: 4200000007")
                }
            }
        }

        @Test("A peer without four-octet AS numbers gets paths of two octets") func twoOctets() async throws {
            try await BGPLab().run { lab in
                let bird = try await BirdRouter(
                    lab, Bird.external4.replacing("hold time 9;", with: "hold time 9; enable as4 no;"))
                await lab.speaker.apply(peers: [lab.peer()])
                lab.speaker.apply([
                    .announce(try IPPrefix("192.0.2.10/32"), RouteAttributes(prepending: 2), to: ["tor"])
                ])
                try await eventually("the path") {
                    try await bird.ask("show route all").contains("BGP.as_path: 64512 64512 64512")
                }
                #expect(try await lab.status().negotiated?.fourOctetASN == false)
            }
        }

        @Test("Withdrawn routes go, changed ones change, and the session stays") func changes() async throws {
            try await BGPLab().run { lab in
                let bird = try await BirdRouter(lab, Bird.external4)
                await lab.speaker.apply(peers: [lab.peer()])
                let prefix = try IPPrefix("192.0.2.10/32")
                lab.speaker.apply(
                    (0..<3000).map { number in
                        .announce(IPPrefix(host: .v4(IPv4Address(rawValue: 0x0A01_0000 + number))), to: ["tor"])
                    })
                lab.speaker.apply([.announce(prefix, to: ["tor"])])
                try await eventually("3,001 routes") {
                    try await bird.ask("show route count").contains("3001 of 3001 routes")
                }
                lab.speaker.apply([
                    .announce(prefix, RouteAttributes(communities: [Community(1, 2)]), to: ["tor"])
                ])
                try await eventually("the community") {
                    try await bird.ask("show route \(prefix) all").contains("(1,2)")
                }
                lab.speaker.apply(
                    (0..<3000).map { number in
                        .withdraw(IPPrefix(host: .v4(IPv4Address(rawValue: 0x0A01_0000 + number))))
                    })
                try await eventually("one route") {
                    try await bird.ask("show route count").contains("1 of 1 routes")
                }
                #expect(try await lab.status().statistics.established == 1)
                #expect(try await lab.status().prefixesSent == 1)
            }
        }

        @Test("What does not concern a session does not touch it; what does restarts it") func reconfiguration()
            async throws
        {
            try await BGPLab().run { lab in
                let bird = try await BirdRouter(lab, Bird.external4 + Bird.external6)
                var peer = lab.peer()
                await lab.speaker.apply(peers: [peer])
                try await lab.waitForState(.established)
                let since = try await lab.status().since
                peer.description = "rack 4, upper"
                await lab.speaker.apply(peers: [peer, lab.peer("second", over: .ipv6)])
                try await lab.waitForState(.established, "second")
                await lab.speaker.apply(peers: [peer])
                try await eventually("BIRD lost the second") {
                    try await bird.ask("show protocols all martlet6").contains("Peer de-configured")
                }
                let status = try await lab.status()
                #expect(status.since == since)
                #expect(status.statistics.established == 1)
                #expect(status.description == "rack 4, upper")
                peer.session.holdTime = .seconds(12)
                await lab.speaker.apply(peers: [peer])
                try await eventually("a new session") {
                    let status = try await lab.status()
                    return status.state == .established && status.since > since
                }
            }
        }

        @Test("A router that restarts gets its routes again") func restart() async throws {
            try await BGPLab().run { lab in
                var bird = try await BirdRouter(lab, Bird.external4)
                await lab.speaker.apply(peers: [lab.peer()])
                lab.speaker.apply([.announce(try IPPrefix("192.0.2.10/32"), to: ["tor"])])
                try await eventually("the route") { try await bird.ask("show route").contains("192.0.2.10/32") }
                bird.stop()
                try await eventually("the loss is noticed") { try await lab.status().state != .established }
                #expect(try await lab.status().lastError != nil)
                bird = try await BirdRouter(lab, Bird.external4)
                try await eventually("the route again", within: .seconds(20)) {
                    try await bird.ask("show route").contains("192.0.2.10/32")
                }
                #expect(try await lab.status().statistics.established == 2)
            }
        }

        @Test("A wrong AS number is answered with Bad Peer AS, and retried ever more slowly") func wrongASN()
            async throws
        {
            try await BGPLab().run { lab in
                let bird = try await BirdRouter(lab, Bird.external4)
                await lab.speaker.apply(peers: [lab.peer(peerASN: 64999)])
                try await eventually("BIRD was told") {
                    try await bird.ask("show protocols all martlet4").contains("Bad peer AS")
                }
                try await eventually("three attempts") { try await lab.status().statistics.failures >= 3 }
                let status = try await lab.status()
                let error = try #require(status.lastError)
                #expect(error.contains("Bad Peer AS") && error.contains("64513") && error.contains("64999"))
                #expect(status.statistics.established == 0)
            }
        }

        @Test("A shutdown tells the router why, and takes less than a second") func shutdown() async throws {
            try await BGPLab().run { lab in
                let bird = try await BirdRouter(lab, Bird.external4)
                await lab.speaker.apply(peers: [lab.peer()])
                lab.speaker.apply([.announce(try IPPrefix("192.0.2.10/32"), to: ["tor"])])
                try await eventually("the route") { try await bird.ask("show route").contains("192.0.2.10/32") }
                let start = ContinuousClock.now
                await lab.speaker.shutdown(text: "node n1 goes down for an upgrade")
                #expect(ContinuousClock.now - start < .seconds(1))
                try await eventually("BIRD has the text") {
                    try await bird.ask("show protocols all martlet4").contains("node n1 goes down for an upgrade")
                }
                #expect(try await bird.ask("show route").contains("192.0.2.10") == false)
            }
        }

        @Test("A router that reads nothing delays no other, and ends no session before its time") func frozen()
            async throws
        {
            try await BGPLab().run { lab in
                func strict(_ text: String) -> String {
                    text.replacing("passive yes;", with: "passive yes; strict bind yes;")
                }
                let slow = try await BirdRouter(
                    lab, name: "slow", strict(Bird.external4).replacing("hold time 9;", with: "hold time 90;"))
                let good = try await BirdRouter(lab, name: "good", strict(Bird.external6))
                await lab.speaker.apply(peers: [
                    lab.peer("slow", holdTime: .seconds(90)), lab.peer("good", over: .ipv6),
                ])
                try await lab.waitForState(.established, "slow")
                try await lab.waitForState(.established, "good")
                slow.process.signal(SIGSTOP)
                defer { slow.process.signal(SIGCONT) }
                // More than the kernel's buffers on both ends take.
                for start in stride(from: UInt32(0), to: 1_000_000, by: 50_000) {
                    lab.speaker.apply(
                        (start..<start + 50_000).map { number in
                            .announce(IPPrefix(host: .v4(IPv4Address(rawValue: 0x0A00_0000 + number))), to: ["slow"])
                        })
                }
                let begin = ContinuousClock.now
                lab.speaker.apply([.announce(try IPPrefix("2001:db8:1::10/128"), to: ["good"])])
                try await eventually("the other has its route", within: .seconds(1)) {
                    try await good.ask("show route").contains("2001:db8:1::10/128")
                }
                #expect(ContinuousClock.now - begin < .seconds(1))
                #expect(try await lab.status("slow").state == .established)
                // The end of it all waits a second for the one that does not read, and no longer.
                let end = ContinuousClock.now
                await lab.speaker.shutdown(text: "bye")
                #expect(ContinuousClock.now - end < .seconds(1.5))
            }
        }

        @Test("TCP-MD5 and GTSM are kept, over either family", arguments: AddressFamily.allCases)
        func protection(family: AddressFamily) async throws {
            try await BGPLab().run { lab in
                let own = family == .ipv4 ? Bird.external4 : Bird.external6
                let bird = try await BirdRouter(
                    lab,
                    own.replacing("hold time 9;", with: "hold time 9; password \"correct horse\"; ttl security on;"))
                var peer = lab.peer(over: family)
                peer.options = TCPOptions(
                    timeToLive: 255, leastTimeToLive: 255, password: TCPPassword("correct horse"), device: "eth0")
                await lab.speaker.apply(peers: [peer])
                try await lab.waitForState(.established)
                #expect(try await bird.ask("show protocols").contains("Established"))
                // The right words in the wrong order: the kernel drops the segments, and nobody answers.
                peer.options.password = TCPPassword("horse correct")
                peer.session.connectRetryTime = .seconds(1)
                await lab.speaker.apply(peers: [peer])
                try await eventually("no answer") {
                    try await lab.status().lastError?.contains("no answer") == true
                }
                #expect(try await lab.status().statistics.established == 0)
            }
        }

        @Test("A link-local address with its zone is reached") func linkLocal() async throws {
            try await BGPLab().run { lab in
                try lab.node.ip("address add fe80::a/64 dev eth0 nodad")
                try lab.router.ip("address add fe80::b/64 dev eth0 nodad")
                let bird = try await BirdRouter(
                    lab,
                    """
                    protocol bgp martlet6 {
                        local fe80::b as 64513; neighbor fe80::a % 'eth0' as 64512; passive yes; hold time 9;
                        ipv6 { import all; export none; };
                    }
                    """)
                var peer = lab.peer(over: .ipv6)
                peer.address = .v6(try IPv6Address("fe80::b"))
                peer.zone = "eth0"
                peer.sourceAddress = .v6(try IPv6Address("fe80::a"))
                peer.nextHops = [.ipv6: BGPLab.nodeIPv6]
                await lab.speaker.apply(peers: [peer])
                lab.speaker.apply([.announce(try IPPrefix("2001:db8:1::10/128"), to: ["tor"])])
                try await eventually("the route with both next hops") {
                    try await bird.ask("show route all").contains("BGP.next_hop: 2001:db8:99::1 fe80::a")
                }
            }
        }

        @Test("A refresh is answered with the whole table") func refresh() async throws {
            try await BGPLab().run { lab in
                let bird = try await BirdRouter(lab, Bird.external4)
                await lab.speaker.apply(peers: [lab.peer()])
                lab.speaker.apply(
                    (0..<100).map { number in
                        .announce(IPPrefix(host: .v4(IPv4Address(rawValue: 0x0A01_0000 + number))), to: ["tor"])
                    })
                try await eventually("100 routes") {
                    try await bird.ask("show route count").contains("100 of 100 routes")
                }
                let before = try await lab.status().statistics
                try await bird.order("reload in martlet4")
                try await eventually("a refresh") {
                    let status = try await lab.status()
                    return status.statistics.received.routeRefresh >= 1
                        && status.statistics.sent.update > before.sent.update
                }
                #expect(try await bird.ask("show route count").contains("100 of 100 routes"))
                #expect(try await lab.status().statistics.established == 1)
            }
        }
    }
}
