import Foundation
import KubernetesAPI
import KubernetesModel
import NIOCore

/// What an API server answers, and what says where one is.
enum FuzzedCluster {
    /// Lists and watches of one kind. An octet chooses the kind, one the size of the pieces that the network makes.
    static func follow(_ octets: [UInt8]) {
        var input = FuzzInput(octets)
        switch input.next() & 3 {
        case 0: follow(&input, Service.self)
        case 1: follow(&input, EndpointSlice.self)
        case 2: follow(&input, Node.self)
        default: follow(&input, IPAddressPool.self)
        }
    }

    private static func follow<Object: KubernetesObject & Codable & Sendable>(
        _ input: inout FuzzInput, _ kind: Object.Type
    ) {
        var generator = FuzzGenerator()
        var core = WatchCore<Object>()
        var splitter = LineSplitter()
        let piece = Int(input.next()) + 1
        let octets = input.rest()
        let decoder = JSONDecoder()
        var named = 0
        for start in stride(from: 0, to: octets.count, by: piece) {
            let buffer = ByteBuffer(bytes: octets[start..<min(start + piece, octets.count)])
            guard let lines = try? splitter.append(buffer) else { return }
            for line in lines {
                let event: WatchCore<Object>.Event
                if let page = try? decoder.decode(ListPage<Object>.self, from: line) {
                    named += page.items.count
                    event = .page(page)
                } else if let line = try? decoder.decode(WatchLine<Object>.self, from: line) {
                    named += 1
                    event = .line(line)
                } else {
                    event = .failed(RequestFailure(.answer, "no JSON"), after: .seconds(1))
                }
                _ = core.handle(event, using: &generator)
                if case .wait = core.step { _ = core.handle(.waited, using: &generator) }
                if case .look = core.step { _ = core.handle(.looked("1"), using: &generator) }
                demand(core.names.count <= named, "more objects than were named")
            }
        }
    }

    /// A file that is in memory.
    private struct File: FileReading {
        let octets: [UInt8]

        func exists(_ path: String) -> Bool { path == "/config" }
        func read(_ path: String) -> [UInt8] { octets }
    }

    static func readKubeconfig(_ octets: [UInt8]) {
        let file = File(octets: octets)
        if let configuration = try? ClientConfiguration.find(path: "/config", environment: [:], files: file) {
            let server = ServerAddress(configuration.server)
            demand(!server.host.isEmpty, "a server without a host: \(configuration.server)")
            if let proxy = configuration.proxy { demand(ProxyAddress(proxy) != nil, "no proxy: \(proxy)") }
        }
        _ = try? JSONDecoder().decode(ExecCredential.self, from: Data(octets))
    }
}
