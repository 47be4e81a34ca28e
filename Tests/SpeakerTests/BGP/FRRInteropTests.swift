import Addresses
import BGP
import NodeDecisions
import Speaker
import TestSupport
import Testing

extension BGPInteropTests {
    @Suite("With FRR") struct FRR {
        static let external = """
            router bgp 64513
             bgp router-id 10.99.0.2
             bgp log-neighbor-changes
             no bgp ebgp-requires-policy
             no bgp network import-check
             timers bgp 3 9
             neighbor 10.99.0.1 remote-as 64512
             neighbor 10.99.0.1 passive
             neighbor 2001:db8:99::1 remote-as 64512
             neighbor 2001:db8:99::1 passive
             address-family ipv6 unicast
              neighbor 2001:db8:99::1 activate
             exit-address-family
            exit
            """

        @Test("eBGP sessions over IPv4 and IPv6 import routes with all their attributes") func external() async throws {
            try await BGPLab().run { lab in
                let frr = try await FRRRouter(lab, FRR.external)
                await lab.speaker.apply(peers: [lab.peer(), lab.peer("six", over: .ipv6)])
                let attributes = RouteAttributes(
                    localPreference: 200, multiExitDiscriminator: 5, communities: [Community(64512, 7), .noExport],
                    largeCommunities: [LargeCommunity(64512, 1, 2)], prepending: 1)
                lab.speaker.apply([
                    .announce(try IPPrefix("192.0.2.10/32"), attributes, to: ["tor", "six"]),
                    .announce(try IPPrefix("2001:db8:1::10/128"), attributes, to: ["tor", "six"]),
                ])
                try await eventually("FRR has both") {
                    let ipv4 = try await frr.ask("show bgp ipv4 unicast 192.0.2.10/32")
                    let ipv6 = try await frr.ask("show bgp ipv6 unicast 2001:db8:1::10/128")
                    return ipv4.contains("from 10.99.0.1") && ipv6.contains("from 2001:db8:99::1")
                }
                let ipv4 = try await frr.ask("show bgp ipv4 unicast 192.0.2.10/32")
                #expect(ipv4.contains("64512 64512\n"))
                #expect(ipv4.contains("10.99.0.1 from 10.99.0.1"))
                #expect(ipv4.contains("metric 5"))
                #expect(ipv4.contains("64512:7 no-export"))
                #expect(ipv4.contains("Large Community: 64512:1:2"))
                let ipv6 = try await frr.ask("show bgp ipv6 unicast 2001:db8:1::10/128")
                #expect(ipv6.contains("2001:db8:99::1 from 2001:db8:99::1"))
                #expect(ipv6.contains("64512:7 no-export"))
            }
        }

        @Test("An iBGP session carries the local preference") func internalPeer() async throws {
            try await BGPLab().run { lab in
                let frr = try await FRRRouter(
                    lab,
                    """
                    router bgp 4200000001
                     bgp router-id 10.99.0.2
                     no bgp network import-check
                     neighbor 10.99.0.1 remote-as 4200000001
                     neighbor 10.99.0.1 passive
                    exit
                    """)
                await lab.speaker.apply(peers: [lab.peer(localASN: 4_200_000_001, peerASN: 4_200_000_001)])
                lab.speaker.apply([
                    .announce(try IPPrefix("192.0.2.10/32"), RouteAttributes(localPreference: 4321), to: ["tor"])
                ])
                try await eventually("FRR has the route") {
                    try await frr.ask("show bgp ipv4 unicast 192.0.2.10/32").contains("localpref 4321")
                }
            }
        }

        @Test("Withdrawn routes go; a shutdown is told with its text") func goodbye() async throws {
            try await BGPLab().run { lab in
                let frr = try await FRRRouter(lab, FRR.external)
                await lab.speaker.apply(peers: [lab.peer()])
                let prefixes = try [IPPrefix("192.0.2.10/32"), IPPrefix("192.0.2.11/32")]
                lab.speaker.apply(prefixes.map { .announce($0, to: ["tor"]) })
                try await eventually("FRR has both") {
                    let table = try await frr.ask("show bgp ipv4 unicast")
                    return table.contains("192.0.2.10/32") && table.contains("192.0.2.11/32")
                }
                lab.speaker.apply([.withdraw(prefixes[0])])
                try await eventually("FRR has one") {
                    let table = try await frr.ask("show bgp ipv4 unicast")
                    return !table.contains("192.0.2.10/32") && table.contains("192.0.2.11/32")
                }
                await lab.speaker.shutdown(text: "upgrade of n1")
                try await eventually("FRR has the text") {
                    try await frr.log().contains("6/2 (Cease/Administrative Shutdown) \"upgrade of n1\"")
                }
            }
        }

        @Test("A router that restarts gets its routes again") func restart() async throws {
            try await BGPLab().run { lab in
                var frr = try await FRRRouter(lab, FRR.external)
                await lab.speaker.apply(peers: [lab.peer()])
                lab.speaker.apply([.announce(try IPPrefix("192.0.2.10/32"), to: ["tor"])])
                try await eventually("the route") {
                    try await frr.ask("show bgp ipv4 unicast").contains("192.0.2.10/32")
                }
                frr.stop()
                try await eventually("the loss is noticed") { try await lab.status().state != .established }
                frr = try await FRRRouter(lab, FRR.external)
                try await eventually("the route again", within: .seconds(20)) {
                    try await frr.ask("show bgp ipv4 unicast").contains("192.0.2.10/32")
                }
            }
        }

        @Test("A refresh is answered between markers") func refresh() async throws {
            try await BGPLab().run { lab in
                let frr = try await FRRRouter(lab, FRR.external)
                await lab.speaker.apply(peers: [lab.peer()])
                lab.speaker.apply([.announce(try IPPrefix("192.0.2.10/32"), to: ["tor"])])
                try await eventually("the route") {
                    try await frr.ask("show bgp ipv4 unicast").contains("192.0.2.10/32")
                }
                let before = try await lab.status().statistics.sent.update
                _ = try await frr.ask("clear bgp 10.99.0.1 in")
                try await eventually("it was sent again") { try await lab.status().statistics.sent.update > before }
                #expect(try await frr.ask("show bgp ipv4 unicast").contains("192.0.2.10/32"))
                #expect(try await lab.status().statistics.established == 1)
            }
        }
    }
}
