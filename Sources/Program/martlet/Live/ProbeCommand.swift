import Addresses
import ArgumentParser
import ClusterConfiguration
import Foundation
import LinkLayer
import NetworkIO
import NodeDecisions
import Presentation
import SystemIO

struct ProbeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "probe",
        abstract: "Probes the wire for the hosts that answer for an address, and reports duplicates.",
        discussion: """
            Sends ARP probes or neighbour solicitations on the interfaces of this host, and shows each MAC address that \
            answers. It needs no cluster, and changes no host's neighbour cache. Needs root, or the \
            capability CAP_NET_RAW.

            A speaker that answers identifies its node by a number. The names come from the status of a process: --server, \
            MARTLET_SERVER, or the process at \(StatusClient.local), if there is one.

            Exit status 1: no host answers, two answer on one segment, or only a host answers that is neither a speaker \
            nor a node.

            Examples:
              martlet probe 192.0.2.10
              martlet probe 2001:db8:1::10 --interface eth0 --count 10 -o wide
            """)

    @Argument(
        help: ArgumentHelp("The IPv4 or IPv6 address.", valueName: "address"),
        transform: { text in
            let address: IPAddress
            do { address = try IPAddress(text) } catch { throw ValidationError("\(error)") }
            guard !address.isOfNobody else {
                throw ValidationError("\(address): not the address of one host or Service")
            }
            return address
        })
    var address: IPAddress

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("The interface to probe. Repeatable. Default: every suitable interface.", valueName: "name"))
    var interface: [String] = []

    @Option(help: ArgumentHelp("How many probes to send on each interface, 1 to 1000; five a second.", valueName: "n"))
    var count = 3

    @Option(help: ArgumentHelp("How long to wait for answers after the last probe.", valueName: "duration"))
    var timeout = "500ms"

    // Text: a default beside a `transform` crashes when the command is made (Swift 6.3.1).
    @Option(
        help: ArgumentHelp("A process to ask for node names. Repeatable.", valueName: "url"))
    var server: [String] = []

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (1...1000).contains(count) else { throw ValidationError("--count \(count): expected 1 to 1000") }
        guard let patience, (.milliseconds(1)...(.seconds(60))).contains(patience) else {
            throw ValidationError("--timeout \(timeout): expected a duration from 1ms to 60s, such as 500ms")
        }
        for text in server {
            do { _ = try StatusClient(server: text) } catch { throw ValidationError("\(error)") }
        }
    }

    private var patience: Duration? { try? Duration(goText: timeout) }

    func run() async throws {
        guard Capability.netRaw.isEffective else {
            throw Diagnostics.failure(
                "the capability CAP_NET_RAW is missing: run as root")
        }
        let document: ProbeDocument
        do {
            let monitor = try LinkMonitor()
            let table = monitor.table
            monitor.stop()
            let pace = Inquiry.Pace(count: count, patience: patience ?? .milliseconds(500))
            let plan = try ProbePlan(address, on: interface, of: table, pace: pace)
            let statuses = try await askForNames()
            document = ProbeDocument(plan, try await WireProbe.ask(plan.ports), statuses)
        } catch {
            throw Diagnostics.failure("\(error)")
        }
        try output.print(document)
        if document.verdict != .answered { throw ExitCode(1) }
    }

    /// What the processes named say of themselves; without a name, what a local one says, if there is one.
    private func askForNames() async throws -> [StatusDocument] {
        guard server.isEmpty else {
            var statuses: [StatusDocument] = []
            for text in server { statuses.append(try await StatusClient(server: text).status()) }
            return statuses
        }
        if let named = try StatusClient.named(by: ProcessInfo.processInfo.environment) {
            return [try await named.status()]
        }
        let local = try? await StatusClient(server: StatusClient.local).status()
        return local.map { [$0] } ?? []
    }
}

extension IPAddress {
    /// Whether it is no address that a host could have on a segment.
    fileprivate var isOfNobody: Bool {
        switch self {
        case .v4(let address):
            address == .unspecified || address.isLoopback || address.isMulticast || address.rawValue == .max
        case .v6(let address): address == .unspecified || address.isLoopback || address.isMulticast
        }
    }
}
