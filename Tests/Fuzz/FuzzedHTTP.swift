import NIOCore
import NIOEmbedded
import NIOHTTP1
import Telemetry

/// Requests that come in pieces of any size, through the parser and the limits of the server, up to the route that would
/// answer. (What reads the octets first is llhttp, in C, which is not instrumented.)
enum FuzzedHTTP {
    private static let rules = HTTPRequestRules([
        .health(), .readiness { [] }, .rebalance { 0 },
        HTTPRoute("/metrics") { .text("") }, HTTPRoute("/v1/status") { .text("") },
        HTTPRoute(below: "/v1/explain/") { _ in .text("") }, HTTPRoute(below: "/v1/events/") { _ in .text("") },
    ])

    static func serve(_ octets: [UInt8]) {
        var input = FuzzInput(octets)
        let piece = Int(input.next()) + 1
        let isFromThisHost = input.next() & 1 == 1
        let channel = EmbeddedChannel()
        defer { _ = try? channel.finish(acceptAlreadyClosed: true) }
        let limits = HTTPLimits()
        do { try HTTPServer.configure(channel, limits) } catch { fatalError("\(error)") }
        channel.connect(to: address, promise: nil)
        let rest = input.rest()
        var head: HTTPRequestHead?
        for start in stride(from: 0, to: rest.count, by: piece) {
            let end = min(start + piece, rest.count)
            // What is no HTTP is an error, after which the server closes the connection.
            guard (try? channel.writeInbound(ByteBuffer(bytes: rest[start..<end]))) != nil, channel.isActive else {
                return
            }
            answer(on: channel, limits, isFromThisHost, &head)
        }
    }

    private static let address: SocketAddress = {
        do { return try SocketAddress(ipAddress: "127.0.0.1", port: 7472) } catch { fatalError("\(error)") }
    }()

    /// Answers what has come, as the server does: pipelined requests wait for the answer of the one before.
    private static func answer(
        on channel: EmbeddedChannel, _ limits: HTTPLimits, _ isFromThisHost: Bool, _ head: inout HTTPRequestHead?
    ) {
        while let part = try? channel.readInbound(as: HTTPServerRequestPart.self) {
            switch part {
            case .head(let found):
                head = found
                let size = found.headers.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count }
                demand(size <= limits.headers, "\(size) octets of header fields")
                demand(found.headers.count <= 100, "\(found.headers.count) header fields")
                demand(found.uri.utf8.count <= limits.headerField, "a target of \(found.uri.utf8.count) octets")
            case .body: break
            case .end:
                guard let request = head else { fatalError("a request without a head") }
                head = nil
                let status: Int
                switch rules.verdict(on: request, isFromThisHost: isFromThisHost) {
                case .refused(let response, _): status = response.status
                case .served(let route, let rest):
                    demand(route.kind != .request || isFromThisHost, "a request from elsewhere is served")
                    demand(request.uri.hasPrefix(route.path + rest), "\(request.uri) is served by \(route.path)")
                    status = 200
                }
                let answer = HTTPResponseHead(
                    version: request.version, status: HTTPResponseStatus(statusCode: status),
                    headers: ["Content-Length": "0"])
                _ = try? channel.writeOutbound(HTTPPart<HTTPResponseHead, ByteBuffer>.head(answer))
                _ = try? channel.writeOutbound(HTTPPart<HTTPResponseHead, ByteBuffer>.end(nil))
                while case .some = try? channel.readOutbound(as: ByteBuffer.self) { continue }
            }
        }
    }
}
