import Addresses
import AsyncHTTPClient
import Foundation
import KubernetesModel
import NIOCore
import NIOHTTP1
import NIOPosix
import Presentation

/// Asks one process for its status over HTTP.
struct StatusClient {
    /// What listens where nothing else is said.
    static let local = "http://127.0.0.1:7472"

    /// The environment variable that names another.
    static let variable = "MARTLET_SERVER"

    let server: URL
    /// What else to say where nothing listens; `nil`: nothing.
    private let note: String?

    /// What went wrong, and what to do about it.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// - Parameter server: `http://ADDRESS:PORT`, as of `--server`.
    init(server text: String, note: String? = nil) throws(Failure) {
        self.note = note
        guard let url = URL(string: text), url.scheme == "http", url.host != nil, ["", "/"].contains(url.path) else {
            throw Failure(
                description: "--server \(text): expected http://ADDRESS:PORT, for example http://127.0.0.1:7472")
        }
        server = url
    }

    /// The process that the environment names; `nil` if it names none.
    static func named(by environment: [String: String]) throws(Failure) -> StatusClient? {
        guard let text = environment[variable], !text.isEmpty else { return nil }
        do { return try StatusClient(server: text) } catch {
            throw Failure(description: "\(variable): \(error.description.trimmingPrefix("--server "))")
        }
    }

    /// What a command asks that is for one process, where none is named.
    static func standard(_ environment: [String: String] = ProcessInfo.processInfo.environment) throws(Failure)
        -> StatusClient
    {
        if let named = try named(by: environment) { return named }
        return try StatusClient(server: local)
    }

    /// The document at `/v1/status`.
    func status() async throws(Failure) -> StatusDocument {
        let octets = try await get("v1/status")
        do { return try StatusDocument(jsonText: octets) } catch { throw Failure(description: "\(server): \(error)") }
    }

    /// The document at `/v1/events`.
    func events() async throws(Failure) -> EventsDocument {
        let octets = try await get("v1/events")
        do { return try EventsDocument(jsonText: octets) } catch { throw Failure(description: "\(server): \(error)") }
    }

    /// What is known of an address; from a program that is older, what it remembers of everything.
    func events(about address: IPAddress) async throws(Failure) -> EventsDocument {
        guard let octets = try? await get("v1/events/\(address)"), let document = try? EventsDocument(jsonText: octets)
        else { return try await events() }
        return document
    }

    /// The document at `/v1/explain/NAMESPACE/NAME`.
    func explanation(of service: NamespacedName) async throws(Failure) -> ExplanationDocument {
        let octets = try await get("v1/explain/\(service)")
        do {
            return try ExplanationDocument(jsonText: octets)
        } catch {
            throw Failure(description: "\(server): \(error)")
        }
    }

    /// The text at `/metrics`.
    func metrics() async throws(Failure) -> String { String(decoding: try await get("metrics"), as: UTF8.self) }

    /// Asks for a rebalance; returns what the speaker says to it.
    func rebalance() async throws(Failure) -> String {
        String(decoding: try await get("v1/rebalance", method: .POST), as: UTF8.self)
    }

    private func get(_ path: String, method: HTTPMethod = .GET) async throws(Failure) -> [UInt8] {
        var configuration = HTTPClient.Configuration()
        configuration.timeout = .init(connect: StatusClient.patience, read: StatusClient.patience)
        // A refused connection is an answer, not something to wait for.
        configuration.connectionPool.retryConnectionEstablishment = false
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        var request = HTTPClientRequest(url: server.appendingPathComponent(path).absoluteString)
        request.method = method
        let code: UInt
        let octets: [UInt8]
        do {
            let response = try await client.execute(request, timeout: .seconds(30))
            code = response.status.code
            octets = Array(try await response.body.collect(upTo: StatusClient.limit).readableBytesView)
            try? await client.shutdown()
        } catch {
            try? await client.shutdown()
            throw Failure(description: explain(error))
        }
        if code == 403 { throw Failure(description: String(decoding: octets, as: UTF8.self)) }
        if code == 503 { throw Failure(description: "\(server) is shutting down, or is not the leader: ask another") }
        guard code == 200 else {
            throw Failure(description: "\(server) answers /\(path) with \(code): it does not look like martlet")
        }
        return octets
    }

    /// How long nothing may come.
    private static let patience = TimeAmount.seconds(5)
    /// More than any status is: 5,000 Services take some 2 MiB.
    private static let limit = 1 << 28

    private func explain(_ error: any Error) -> String {
        // A name may stand for several addresses, each of which fails in its own way.
        let causes = (error as? NIOConnectionError)?.connectionErrors.map(\.error) ?? [error]
        guard !causes.isEmpty else { return "\(server): host not found" }
        guard !causes.contains(where: { ($0 as? IOError)?.errnoCode == ECONNREFUSED }) else {
            return "nothing listens at \(server): is `martlet run` running there with that --http address?"
                + (note.map { "; " + $0 } ?? "")
        }
        switch error as? HTTPClientError {
        case .connectTimeout, .readTimeout, .deadlineExceeded: return "\(server) does not answer within 5 s"
        default: return "\(server): \(causes.map { "\($0)" }.joined(separator: "; "))"
        }
    }
}
