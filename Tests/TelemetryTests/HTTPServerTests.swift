import Addresses
import Logging
import NIOCore
import ServiceLifecycle
import Telemetry
import TestSupport
import Testing

@Suite("HTTP server", .timeLimit(.minutes(1))) struct HTTPServerTests {
    /// How many requests hang.
    private let hanging = Locked(0)

    private var routes: [HTTPRoute] {
        [
            .health(), .readiness { ["no configuration was read yet", "1 of 2 BGP sessions is not established"] },
            HTTPRoute("/big") {
                var response = HTTPResponse.text("")
                response.body = ByteBuffer(repeating: UInt8(ascii: "x"), count: 32 << 20)
                return response
            },
            HTTPRoute("/slow") {
                try? await Task.sleep(for: .milliseconds(200))
                return .text("done\n")
            },
            HTTPRoute("/hang") { [hanging] in
                hanging.withLock { $0 += 1 }
                try? await Task.sleep(for: .seconds(3600))
                return .text("")
            },
        ]
    }

    private func loopback(_ port: UInt16 = 0) -> HTTPEndpoint {
        HTTPEndpoint(address: .v4(IPv4Address(127, 0, 0, 1)), port: port)
    }

    private func bind(
        _ limits: HTTPLimits = HTTPLimits(), registry: PrometheusRegistry? = nil
    ) async throws -> HTTPServer {
        try await HTTPServer.bind(
            to: loopback(), routes: routes, hosts: HTTPHosts(["api.example.com"]), limits: limits,
            registry: registry,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    private func withServer(
        _ limits: HTTPLimits = HTTPLimits(), registry: PrometheusRegistry? = nil,
        _ body: @escaping @Sendable (HTTPEndpoint) async throws -> Void
    ) async throws {
        let server = try await bind(limits, registry: registry)
        try await withThrowingTaskGroup { tasks in
            tasks.addTask { try? await server.run() }
            try await body(server.endpoint)
            tasks.cancelAll()
        }
    }

    @Test("the server is known by its endpoint, whatever it is made of")
    func nameInLogs() async throws {
        try await withServer { endpoint in
            let server = try await bind()
            #expect("\(server)" == "HTTPServer(\(server.endpoint))")
        }
    }

    struct Exchange: Sendable, CustomTestStringConvertible {
        let name: String
        let request: String
        /// The beginning of what comes back; `""`: the server closes without a word.
        let status: String
        let parts: [String]
        let missing: [String]

        init(
            _ name: String, _ request: String, _ status: String, has parts: [String] = [], lacks missing: [String] = []
        ) {
            self.name = name
            self.request = request
            self.status = status
            self.parts = parts
            self.missing = missing
        }

        var testDescription: String { name }
    }

    static let close = "Host: x\r\nConnection: close\r\n\r\n"
    static let exchanges = [
        Exchange(
            "GET", "GET /healthz HTTP/1.1\r\n\(close)", "HTTP/1.1 200 OK",
            has: [
                "Content-Length: 3\r\n", "Content-Type: text/plain; charset=utf-8\r\n", "Connection: close",
                "\r\n\r\nok\n",
            ]),
        Exchange(
            "HEAD has the length and no body", "HEAD /healthz HTTP/1.1\r\n\(close)", "HTTP/1.1 200 OK",
            has: ["Content-Length: 3\r\n"], lacks: ["ok\n"]),
        Exchange("a query is not part of the path", "GET /healthz?verbose=1 HTTP/1.1\r\n\(close)", "HTTP/1.1 200 OK"),
        Exchange(
            "not ready: 503 and a line for each reason", "GET /readyz HTTP/1.1\r\n\(close)",
            "HTTP/1.1 503 Service Unavailable",
            has: ["\r\n\r\nno configuration was read yet\n1 of 2 BGP sessions is not established\n"]),
        Exchange(
            "an unknown path: 404 and what there is", "GET /nothing HTTP/1.1\r\n\(close)", "HTTP/1.1 404 Not Found",
            has: ["/healthz\n"]),
        Exchange("a path that only begins well", "GET /healthz/ HTTP/1.1\r\n\(close)", "HTTP/1.1 404 Not Found"),
        Exchange("an absolute target", "GET http://x/healthz HTTP/1.1\r\n\(close)", "HTTP/1.1 404 Not Found"),
        Exchange(
            "Host is a name that somebody else can own: 421 and what to do",
            "GET /healthz HTTP/1.1\r\nHost: rebound.example.com:7472\r\nConnection: close\r\n\r\n",
            "HTTP/1.1 421 Misdirected Request", has: ["Host is rebound.example.com:7472,", "--http-host"],
            lacks: ["ok\n"]),
        Exchange(
            "Host is a name that was given",
            "GET /healthz HTTP/1.1\r\nHost: api.example.com\r\nConnection: close\r\n\r\n",
            "HTTP/1.1 200 OK"),
        Exchange(
            "Host is an address", "GET /healthz HTTP/1.1\r\nHost: 10.244.1.5:7472\r\nConnection: close\r\n\r\n",
            "HTTP/1.1 200 OK"),
        Exchange(
            "two hosts", "GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: x\r\nConnection: close\r\n\r\n",
            "HTTP/1.1 400 Bad Request"),
        Exchange(
            "POST: 405 and what is allowed", "POST /healthz HTTP/1.1\r\nContent-Length: 2\r\n\(close)ab",
            "HTTP/1.1 405 Method Not Allowed", has: ["Allow: GET, HEAD\r\n"]),
        Exchange("DELETE", "DELETE /metrics HTTP/1.1\r\n\(close)", "HTTP/1.1 404 Not Found"),
        Exchange(
            "a chunked body", "PUT /healthz HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\(close)2\r\nab\r\n0\r\n\r\n",
            "HTTP/1.1 405 Method Not Allowed"),
        Exchange(
            "GET with a body", "GET /healthz HTTP/1.1\r\nContent-Length: 2\r\n\(close)ab", "HTTP/1.1 200 OK"),
        Exchange(
            "HTTP/1.0 closes by itself", "GET /healthz HTTP/1.0\r\n\r\n", "HTTP/1.0 200 OK", has: ["Connection: close"]),
        Exchange("no request line", "\r\n\r\n\u{0}\u{1}\u{2}\r\n\r\n", "HTTP/1.1 400 Bad Request"),
        Exchange("not HTTP at all", "SSH-2.0-OpenSSH_9.2\r\n", "HTTP/1.1 400 Bad Request"),
        Exchange("a TLS greeting", "\u{16}\u{3}\u{1}\u{0}\u{5}hello", "HTTP/1.1 400 Bad Request"),
        Exchange("an unknown version", "GET /healthz HTTP/9.9\r\n\r\n", "HTTP/1.1 400 Bad Request"),
        Exchange("a header without a colon", "GET /healthz HTTP/1.1\r\nHost\r\n\r\n", "HTTP/1.1 400 Bad Request"),
        Exchange(
            "two lengths", "POST /healthz HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
            "HTTP/1.1 400 Bad Request"),
        Exchange(
            "a length that is no number", "POST /healthz HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
            "HTTP/1.1 400 Bad Request"),
        Exchange(
            "too many headers", "GET /healthz HTTP/1.1\r\n" + String(repeating: "A: b\r\n", count: 101) + "\r\n",
            "HTTP/1.1 400 Bad Request"),
        Exchange(
            "a body that is too long",
            "POST /healthz HTTP/1.1\r\nContent-Length: 70000\r\n\r\n" + String(repeating: "x", count: 70000), ""),
    ]

    @Test("a request gets the answer it deserves", arguments: exchanges)
    func answers(exchange: Exchange) async throws {
        try await withServer { endpoint in
            let text = try await RawClient.exchange(with: endpoint, [exchange.request])
            #expect(
                exchange.status.isEmpty ? text.isEmpty : text.hasPrefix(exchange.status + "\r\n"), "\(text.prefix(300))"
            )
            for part in exchange.parts { #expect(text.contains(part), "\(text)") }
            for part in exchange.missing { #expect(!text.contains(part), "\(text)") }
        }
    }

    @Test(
        "an oversized request is rejected or cut off, never kept",
        arguments: [
            "GET /healthz HTTP/1.1\r\nA: " + String(repeating: "x", count: 100_000) + "\r\n\r\n",
            "GET /" + String(repeating: "x", count: 100_000) + " HTTP/1.1\r\n\r\n",
            "GET /healthz HTTP/1.1\r\n"
                + String(repeating: "A: " + String(repeating: "x", count: 4_000) + "\r\n", count: 20),
        ])
    func oversized(request: String) async throws {
        try await withServer { endpoint in
            let text = try await RawClient.exchange(with: endpoint, [request], limit: .seconds(5))
            #expect(text.isEmpty || text.hasPrefix("HTTP/1.1 400 Bad Request"), "\(text.prefix(300))")
            let isServed = try await healthy(endpoint)
            #expect(isServed)
        }
    }

    @Test("requests sent at once are answered in their order")
    func pipelining() async throws {
        try await withServer { endpoint in
            let request = "GET /slow HTTP/1.1\r\nHost: x\r\n\r\nHEAD /nothing HTTP/1.1\r\nHost: x\r\n\r\n"
            let text = try await RawClient.exchange(
                with: endpoint, [request + "GET /healthz HTTP/1.1\r\n\(Self.close)"])
            let statuses = text.split(whereSeparator: \.isNewline).filter { $0.hasPrefix("HTTP/1.1 ") }
            #expect(statuses == ["HTTP/1.1 200 OK", "HTTP/1.1 404 Not Found", "HTTP/1.1 200 OK"])
            #expect(text.contains("done\n") && text.hasSuffix("ok\n"))
        }
    }

    @Test("a connection serves one request after another, also of HTTP/1.0 if asked to")
    func keepAlive() async throws {
        try await withServer { endpoint in
            for version in ["1.1", "1.0"] {
                let request = "GET /healthz HTTP/\(version)\r\nConnection: keep-alive\r\n\r\n"
                let text = try await RawClient.exchange(with: endpoint, [request, request], pause: .milliseconds(50)) {
                    $0.count { $0 == "k" } >= 2 && $0.components(separatedBy: "\r\n\r\nok\n") == 3
                }
                #expect(version == "1.1" || text.contains("Connection: keep-alive\r\n"))
            }
        }
    }

    @Test("a request that comes octet by octet is answered")
    func dripFeed() async throws {
        try await withServer { endpoint in
            let pieces = "GET /healthz HTTP/1.1\r\n\(Self.close)".unicodeScalars.map { String($0) }
            let text = try await RawClient.exchange(with: endpoint, pieces, pause: .milliseconds(1))
            #expect(text.hasPrefix("HTTP/1.1 200 OK"))
        }
    }

    @Test("a client that trickles is cut off when its time is over, and harms nobody")
    func slowClient() async throws {
        var limits = HTTPLimits()
        limits.exchange = .seconds(2)
        try await withServer(limits) { endpoint in
            let clock = ContinuousClock()
            let start = clock.now
            async let trickled = RawClient.exchange(
                with: endpoint, ["GET /healthz HTTP/1.1\r\n"] + Array(repeating: "A: b\r\n", count: 99),
                pause: .milliseconds(40))
            async let silent = RawClient.exchange(with: endpoint, [])
            // Others are served meanwhile; not each of them in time, perhaps, where tests share a busy machine.
            var served = 0
            while clock.now - start < .milliseconds(1500) { served += try await healthy(endpoint) ? 1 : 0 }
            #expect(served > 0)
            let answers = try await (trickled, silent)
            #expect(answers == ("", ""))
            #expect(clock.now - start < .seconds(10))
            #expect(clock.now - start >= .seconds(2))
        }
    }

    @Test("a client that does not read its answer is cut off when its time is over, and harms nobody")
    func slowReader() async throws {
        var limits = HTTPLimits()
        limits.exchange = .seconds(2)
        try await withServer(limits) { endpoint in
            let received = try await RawClient.connect(to: endpoint, readsAlone: false) { inbound, outbound, channel in
                try await outbound.write(ByteBuffer(string: "GET /big HTTP/1.1\r\n\(Self.close)"))
                let clock = ContinuousClock()
                let start = clock.now
                var served = 0
                while clock.now - start < .milliseconds(2500) {
                    served += try await self.healthy(endpoint) ? 1 : 0
                    try await Task.sleep(for: .milliseconds(20))
                }
                #expect(served > 0)
                try await channel.setOption(.autoRead, value: true).get()
                var count = 0
                do { for try await buffer in inbound { count += buffer.readableBytes } } catch is IOError {}
                return count
            }
            #expect(received < 32 << 20, "the rest was not sent")
        }
    }

    /// Clients that connect and send a part of a request, until `body` has ended.
    private func withSlowClients<Result: Sendable>(
        _ count: Int, _ endpoint: HTTPEndpoint, sending text: String = "GET /healthz HTTP/1.1\r\n",
        _ body: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            let connected = Locked(0)
            for _ in 0..<count {
                tasks.addTask {
                    do {
                        try await RawClient.connect(to: endpoint) { inbound, outbound, _ in
                            // It may have given way already.
                            try? await outbound.write(ByteBuffer(string: text))
                            connected.withLock { $0 += 1 }
                            for try await _ in inbound {}
                        }
                    } catch is IOError {} catch is ChannelError {}
                }
            }
            try await eventually("all are connected", within: .seconds(5)) { connected.value == count }
            let result = try await body()
            tasks.cancelAll()
            return result
        }
    }

    @Test(
        "however many connections do nothing, /healthz is answered at once",
        arguments: ["GET /healthz HTTP/1.1\r\n", "GET /hang HTTP/1.1\r\nHost: x\r\n\r\n"])
    func flood(request: String) async throws {
        try await withServer { endpoint in
            try await withSlowClients(150, endpoint, sending: request) {
                for _ in 0..<20 {
                    let start = ContinuousClock.now
                    let isServed = try await healthy(endpoint)
                    #expect(isServed && ContinuousClock.now - start < .seconds(5))
                    let ready = try await RawClient.exchange(with: endpoint, ["GET /readyz HTTP/1.1\r\n\(Self.close)"])
                    #expect(ready.hasPrefix("HTTP/1.1 503") && ready.contains("no configuration"))
                }
            }
        }
    }

    @Test("where no connection is idle, others than health are rejected with the reason, and evictions are counted")
    func reserved() async throws {
        var limits = HTTPLimits()
        limits.connections = 4
        limits.reserved = 2
        limits.answers = 4
        let registry = PrometheusRegistry()
        try await withServer(limits, registry: registry) { endpoint in
            try await withSlowClients(4, endpoint, sending: "GET /hang HTTP/1.1\r\nHost: x\r\n\r\n") {
                // Until a request has been read, its connection is idle, and would give way.
                try await eventually("all four hang", within: .seconds(5)) { hanging.value == 4 }
                let text = try await RawClient.exchange(with: endpoint, ["GET /big HTTP/1.1\r\n\(Self.close)"])
                #expect(text.hasPrefix("HTTP/1.1 503"))
                #expect(text.hasSuffix("Only /healthz and /readyz are answered now.\n"))
                try await withSlowClients(3, endpoint) {
                    let isServed = try await healthy(endpoint)
                    #expect(isServed)
                }
            }
        }
        #expect(await registry.exposition().contains(#"martlet_http_evicted_connections_total{limit="reserved"} "#))
        #expect(
            await registry.exposition().contains(#"martlet_http_evicted_connections_total{limit="reserved"} 0"#)
                == false)
    }

    @Test("fifty clients at once are all answered")
    func parallel() async throws {
        try await withServer { endpoint in
            let answers = try await withThrowingTaskGroup(of: Bool.self) { tasks in
                for _ in 0..<50 { tasks.addTask { try await self.healthy(endpoint) } }
                return try await tasks.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(answers == 50)
        }
    }

    @Test("a server that is bound and never run keeps its clients waiting, and can be dropped")
    func neverRun() async throws {
        let endpoint = try await bind().endpoint
        await #expect(throws: TestFailure.self) {
            _ = try await RawClient.exchange(
                with: endpoint, ["GET /healthz HTTP/1.1\r\n\(Self.close)"], limit: .milliseconds(200))
        }
    }

    @Test("a port that is taken is an error that says what to do")
    func portTaken() async throws {
        try await withServer { endpoint in
            let error = await #expect(throws: HTTPServerError.self) {
                _ = try await HTTPServer.bind(to: endpoint, routes: [], logger: Logger(label: "test"))
            }
            #expect(
                error?.description
                    == "cannot listen on \(endpoint): another process has the port; stop it, or choose another with --http"
            )
        }
    }

    @Test("an address of nobody is an error that says so")
    func addressUnavailable() async throws {
        let endpoint = HTTPEndpoint(address: .v4(IPv4Address(192, 0, 2, 1)), port: 0)
        let error = await #expect(throws: HTTPServerError.self) {
            _ = try await HTTPServer.bind(to: endpoint, routes: [], logger: Logger(label: "test"))
        }
        #expect(error?.description == "cannot listen on 192.0.2.1:0: no interface of this host has the address")
    }

    @Test("IPv6 loopback serves as well")
    func ipv6() async throws {
        let server = try await HTTPServer.bind(
            to: try HTTPEndpoint("[::1]:0"), routes: routes,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        try await withThrowingTaskGroup { tasks in
            tasks.addTask { try? await server.run() }
            #expect(server.endpoint.description.hasPrefix("[::1]:") && server.endpoint.port != 0)
            let isServed = try await healthy(server.endpoint)
            #expect(isServed)
            tasks.cancelAll()
        }
    }

    @Test("asked to stop, it finishes the answer under way, closes idle connections, and is gone at once")
    func gracefulShutdown() async throws {
        let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let entered = Locked(false)
        let slow = HTTPRoute("/slow") {
            entered.withLock { $0 = true }
            try? await Task.sleep(for: .milliseconds(200))
            return .text("done\n")
        }
        var limits = HTTPLimits()
        limits.shutdown = .seconds(20)
        let server = try await HTTPServer.bind(to: loopback(), routes: [slow], limits: limits, logger: quiet)
        let group = ServiceGroup(services: [server], logger: quiet)
        let clock = ContinuousClock()
        try await withThrowingTaskGroup { tasks in
            tasks.addTask { try await group.run() }
            let start = try await RawClient.connect(to: server.endpoint) { idle, _, _ in
                async let answer = RawClient.exchange(with: server.endpoint, ["GET /slow HTTP/1.1\r\nHost: x\r\n\r\n"])
                try await eventually("the request is answered", within: .seconds(5)) { entered.value }
                let start = clock.now
                await group.triggerGracefulShutdown()
                let text = try await answer
                #expect(text.hasSuffix("done\n"))
                // A connection that asked for nothing is closed without a word.
                do { for try await octets in idle { Issue.record("\(octets)") } } catch is IOError {}
                return start
            }
            try await tasks.waitForAll()
            #expect(clock.now - start < .seconds(10))
        }
        await #expect(throws: (any Error).self) { _ = try await RawClient.exchange(with: server.endpoint, []) }
    }

    private func healthy(_ endpoint: HTTPEndpoint) async throws -> Bool {
        let text = try await RawClient.exchange(with: endpoint, ["GET /healthz HTTP/1.1\r\n\(Self.close)"])
        return text.hasSuffix("\r\n\r\nok\n")
    }
}

extension String {
    /// How many parts the separator makes.
    fileprivate func components(separatedBy separator: String) -> Int { ranges(of: separator).count + 1 }
}
