import Foundation
import FoundationNetworking
import KubernetesModel
import Presentation

/// Asks one process for its status over HTTP.
struct StatusClient {
    let server: URL

    /// What went wrong, and what to do about it.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// - Parameter server: `http://ADDRESS:PORT`, as of `--server`.
    init(server text: String) throws(Failure) {
        guard let url = URL(string: text), url.scheme == "http", url.host != nil, ["", "/"].contains(url.path) else {
            throw Failure(
                description: "--server \(text): expected http://ADDRESS:PORT, for example http://127.0.0.1:7472")
        }
        server = url
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
        String(decoding: try await get("v1/rebalance", method: "POST"), as: UTF8.self)
    }

    private func get(_ path: String, method: String = "GET") async throws(Failure) -> [UInt8] {
        let configuration = URLSessionConfiguration.ephemeral
        configuration.timeoutIntervalForRequest = 5
        configuration.timeoutIntervalForResource = 30
        let session = URLSession(configuration: configuration)
        defer { session.invalidateAndCancel() }
        let data: Data
        let response: URLResponse
        do {
            var request = URLRequest(url: server.appendingPathComponent(path))
            request.httpMethod = method
            (data, response) = try await session.data(for: request)
        } catch {
            throw Failure(description: explain(error))
        }
        let code = (response as? HTTPURLResponse)?.statusCode ?? 0
        if code == 403 { throw Failure(description: String(decoding: data, as: UTF8.self)) }
        guard code == 200 else {
            throw Failure(description: "\(server) answers /\(path) with \(code): it does not seem to be martlet")
        }
        return Array(data)
    }

    private func explain(_ error: any Error) -> String {
        switch (error as? URLError)?.code {
        case .cannotConnectToHost: "nothing listens at \(server): is `martlet run` running there, with --http so?"
        case .timedOut: "\(server) does not answer within 5 s"
        case .cannotFindHost, .dnsLookupFailed: "\(server): there is no host of this name"
        default: "\(server): \(error.localizedDescription)"
        }
    }
}
