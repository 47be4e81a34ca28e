import Addresses
import Interfaces
import LinkLayer
import NodeDecisions
import WireIdentity

/// From the texts of a recording to addresses.
enum StoredAddress {
    static func routerChange(_ interface: String, _ router: String?, _ others: [String]) throws -> RouterChange {
        RouterChange(
            interface: interface, router: try router.map { try IPv6Address($0) },
            others: Set(try others.map { try IPv6Address($0) }))
    }

    static func heard(_ heard: [String: [String: [String]]]) throws -> [String: [String: Set<MACAddress>]] {
        try heard.mapValues { nodes in try nodes.mapValues { Set(try $0.map { try MACAddress($0) }) } }
    }
}

/// ``Interface`` as it is written.
struct StoredInterface: Codable, Hashable, Sendable {
    struct Address: Codable, Hashable, Sendable {
        var address: String
        var prefixLength: Int
        var isUsable: Bool
    }

    var index: Int32
    var name: String
    var hardwareAddress: String?
    var isEthernet: Bool
    var kind: String?
    var isUp: Bool
    var hasCarrier: Bool
    var isLoopback: Bool
    var isWithoutARP: Bool
    var masterIndex: Int32?
    var addresses: [Address]

    init(_ interface: Interface) {
        index = interface.index
        name = interface.name
        hardwareAddress = interface.hardwareAddress?.description
        isEthernet = interface.isEthernet
        kind = interface.kind
        isUp = interface.isUp
        hasCarrier = interface.hasCarrier
        isLoopback = interface.isLoopback
        isWithoutARP = interface.isWithoutARP
        masterIndex = interface.masterIndex
        addresses = interface.addresses.map {
            Address(address: "\($0.address)", prefixLength: $0.prefixLength, isUsable: $0.isUsable)
        }
    }

    func interface() throws -> Interface {
        Interface(
            index: index, name: name, hardwareAddress: try hardwareAddress.map { try MACAddress($0) },
            isEthernet: isEthernet, kind: kind, isUp: isUp, hasCarrier: hasCarrier, isLoopback: isLoopback,
            isWithoutARP: isWithoutARP, masterIndex: masterIndex,
            addresses: try addresses.map {
                InterfaceAddress(
                    address: try IPAddress($0.address), prefixLength: $0.prefixLength, isUsable: $0.isUsable)
            })
    }

    static func table(_ interfaces: [StoredInterface]) throws -> InterfaceTable {
        InterfaceTable(try interfaces.map { try $0.interface() })
    }
}

/// ``Layer2Report`` as it is written.
enum StoredReport: Codable, Hashable, Sendable {
    enum Holder: Codable, Hashable, Sendable {
        case nobody
        case thisNode
        case speaker(UInt32)
    }

    enum Origin: Codable, Hashable, Sendable {
        case host
        case otherCluster(UInt64)
        case twin
        case unaccepted
    }

    case holder(Holder, of: String, on: String)
    case noStranger(of: String, on: String)
    case stranger(String, Origin, of: String, on: String)
    case deaf(UInt32, of: String, on: String)
    case present([UInt32], on: String)
    case forged(UInt32, at: String, of: String, on: String)
    case beliefDropped(UInt32, at: String, of: String, on: String)
    case coldStart(on: String)

    init(_ report: Layer2Report) {
        self =
            switch report {
            case .holder(let holder, let address, let interface):
                .holder(Holder(holder), of: "\(address)", on: interface)
            case .stranger(nil, let address, let interface): .noStranger(of: "\(address)", on: interface)
            case .stranger(.some(let stranger), let address, let interface):
                .stranger(
                    "\(stranger.hardwareAddress)", Origin(stranger.origin), of: "\(address)", on: interface)
            case .deaf(let speaker, let address, let interface): .deaf(speaker, of: "\(address)", on: interface)
            case .present(let speakers, let interface): .present(speakers.sorted(), on: interface)
            case .forged(let witness, let address, let interface):
                .forged(witness.speaker, at: "\(witness.hardwareAddress)", of: "\(address)", on: interface)
            case .beliefDropped(let witness, let address, let interface):
                .beliefDropped(witness.speaker, at: "\(witness.hardwareAddress)", of: "\(address)", on: interface)
            case .coldStart(let interface): .coldStart(on: interface)
            }
    }

    func report() throws -> Layer2Report {
        switch self {
        case .holder(let holder, let address, let interface):
            .holder(holder.holder, of: try IPAddress(address), on: interface)
        case .noStranger(let address, let interface): .stranger(nil, of: try IPAddress(address), on: interface)
        case .stranger(let host, let origin, let address, let interface):
            .stranger(
                ClaimStranger(try MACAddress(host), origin.origin), of: try IPAddress(address), on: interface)
        case .deaf(let speaker, let address, let interface):
            .deaf(speaker, of: try IPAddress(address), on: interface)
        case .present(let speakers, let interface): .present(Set(speakers), on: interface)
        case .forged(let speaker, let host, let address, let interface):
            .forged(Witness(speaker, at: try MACAddress(host)), of: try IPAddress(address), on: interface)
        case .beliefDropped(let speaker, let host, let address, let interface):
            .beliefDropped(Witness(speaker, at: try MACAddress(host)), of: try IPAddress(address), on: interface)
        case .coldStart(let interface): .coldStart(on: interface)
        }
    }
}

extension StoredReport.Holder {
    init(_ holder: ClaimHolder) {
        self =
            switch holder {
            case .nobody: .nobody
            case .thisNode: .thisNode
            case .speaker(let speaker): .speaker(speaker)
            }
    }

    var holder: ClaimHolder {
        switch self {
        case .nobody: .nobody
        case .thisNode: .thisNode
        case .speaker(let speaker): .speaker(speaker)
        }
    }
}

extension StoredReport.Origin {
    init(_ origin: ClaimStranger.Origin) {
        self =
            switch origin {
            case .host: .host
            case .otherCluster(let cluster): .otherCluster(cluster.rawValue)
            case .twin: .twin
            case .unaccepted: .unaccepted
            }
    }

    var origin: ClaimStranger.Origin {
        switch self {
        case .host: .host
        case .otherCluster(let number): .otherCluster(ClusterIdentity(rawValue: number))
        case .twin: .twin
        case .unaccepted: .unaccepted
        }
    }
}
