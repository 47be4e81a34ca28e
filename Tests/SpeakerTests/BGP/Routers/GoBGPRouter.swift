import Addresses
import TestSupport

/// A GoBGP in a lab's router namespace. It waits 5 to 9 s before it connects, which no setting makes shorter.
final class GoBGPRouter: InteropRouter {
    private let lab: BGPLab
    let process: ChildProcess

    init(_ lab: BGPLab, _ setup: RouterSetup) async throws {
        self.lab = lab
        let families = setup.families.map { family in
            """
              [[neighbors.afi-safis]]
                [neighbors.afi-safis.config]
                  afi-safi-name = "\(family == .ipv4 ? "ipv4" : "ipv6")-unicast"
                [neighbors.afi-safis.mp-graceful-restart.config]
                  enabled = true
            """
        }
        let password = setup.password.map { "    auth-password = \"\($0)\"\n" } ?? ""
        let multihop =
            setup.isMultihop ? "  [neighbors.ebgp-multihop.config]\n    enabled = true\n    multihop-ttl = 5\n" : ""
        let path = try lab.writeFile(
            "gobgp.toml",
            """
            [global.config]
              as = \(setup.asn)
              router-id = "10.99.0.2"
              local-address-list = ["\(setup.own)"]
            [[neighbors]]
              [neighbors.config]
                neighbor-address = "\(setup.peer)"
                peer-as = \(setup.peerASN)
            \(password)  [neighbors.transport.config]
                passive-mode = \(!setup.connects)
                local-address = "\(setup.own)"
            \(multihop)  [neighbors.timers.config]
                hold-time = \(setup.holdTime)
                keepalive-interval = \(setup.holdTime / 3)
              [neighbors.graceful-restart.config]
                enabled = true
                restart-time = 120
                notification-enabled = true
            \(families.joined(separator: "\n"))

            """)
        process = try lab.router.start("gobgpd", "-f", path, "-t", "toml", "--api-hosts", "127.0.0.1:50051")
        try await eventually("GoBGP answers") { try await self.ask("neighbor").contains("Peer") }
    }

    func ask(_ command: String) async throws -> String {
        try await lab.router.run(command: ["gobgp"] + command.split(separator: " ").map(String.init)).output
    }

    func details(of prefix: IPPrefix) async throws -> String {
        try await ask("global rib -a \(prefix.family == .ipv4 ? "ipv4" : "ipv6") \(prefix)")
    }

    func refresh(_ setup: RouterSetup) async throws {
        throw TestFailure("GoBGP has no order that sends a ROUTE-REFRESH")
    }

    func stop() { process.stop() }
}
