import AsyncHTTPClient
import FoundationEssentials
import KubernetesAPI
import KubernetesModel
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization
import Timing

/// Asks an API server, and watches it.
///
///     let client = KubernetesClient(try ClientConfiguration.find(path: nil, environment: environment))
///     let node = try await client.get(.nodes, NamespacedName(name: "n1"))
///
/// Objects come as the lean values of `KubernetesModel`, so fields that are not known do no harm; what is written is
/// therefore always a patch of the fields that are meant, never a whole object that was read before.
package final class KubernetesClient: Sendable {
    /// How long a request may take, other than a watch.
    package static let patience = Duration.seconds(15)
    /// Objects on a page of a list.
    static let page = 500
    /// The largest answer that is read, a page of the largest objects included.
    static let answerLimit = 256 << 20

    /// Requests that may be under way at once, watches not counted. There is no limit of requests a second: the server's
    /// priority and fairness knows better than a client who must wait, and says so by 429.
    static let requestsInFlight = 32

    let connection: Connection
    private let gate = RequestGate(limit: KubernetesClient.requestsInFlight)
    let reachability = Reachability()
    let setBackCount = Atomic(0)
    let setBackSignal = Signal<Void>()
    let observer: ClientObserver
    private let userAgent: String

    package init(
        _ configuration: ClientConfiguration, userAgent: String = "martlet",
        eventLoopGroup: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
        files: any FileReading = DiskFiles(), observer: ClientObserver = ClientObserver(),
        silence: Duration = Connection.silence
    ) {
        connection = Connection(configuration, files, eventLoopGroup, silence: silence)
        self.observer = observer
        self.userAgent = userAgent
    }

    package var server: String { connection.configuration.server }

    /// To be called when nothing is asked any more.
    package func close() async {
        reachability.close()
        await connection.close()
    }

    // MARK: - Requests

    /// The answer to a request, whole.
    ///
    /// - Parameters:
    ///   - patience: how long it may take.
    ///   - isUrgent: does not wait behind others: what leadership depends on.
    @discardableResult
    package func send(
        _ request: APIRequest, patience: Duration = KubernetesClient.patience, isUrgent: Bool = false
    ) async throws(RequestFailure) -> [UInt8] {
        if isUrgent { return try await race(request, patience) }
        guard await gate.enter() else { throw RequestFailure(.connection, "\(server): the request was cancelled") }
        defer { gate.leave() }
        return try await race(request, patience)
    }

    private func race(_ request: APIRequest, _ patience: Duration) async throws(RequestFailure) -> [UInt8] {
        let outcome = await withTaskGroup(of: Result<[UInt8], RequestFailure>?.self) { group in
            group.addTask { await self.attempt(request) }
            group.addTask {
                try? await Task.sleep(for: patience)
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
        guard let outcome else {
            guard !Task.isCancelled else { throw RequestFailure(.connection, "\(server): the request was cancelled") }
            observer.tell(.answered(verb: request.verb, resource: request.resource, code: 0))
            throw RequestFailure(.timeout, "\(server) did not answer within \(patience)")
        }
        return try outcome.get()
    }

    private func attempt(_ request: APIRequest) async -> Result<[UInt8], RequestFailure> {
        do throws(RequestFailure) {
            let response = try await begin(request, patience: .seconds(3600))
            do {
                let body = try await response.body.collect(upTo: KubernetesClient.answerLimit)
                return .success(Array(body.readableBytesView))
            } catch {
                throw RequestFailure.transport(error, to: server)
            }
        } catch {
            return .failure(error)
        }
    }

    /// The head of the answer, if it is a good one; its body is still to be read.
    ///
    /// Where the server does not know who asks, it is asked once more if there can be newer credentials.
    ///
    /// - Parameter patience: how long the head may take.
    func begin(_ request: APIRequest, patience: Duration) async throws(RequestFailure) -> HTTPClientResponse {
        do throws(RequestFailure) {
            return try await exchange(request, patience)
        } catch {
            guard error.code == 401, await connection.distrust() else { throw error }
            return try await exchange(request, patience)
        }
    }

    private func exchange(
        _ request: APIRequest, _ patience: Duration
    ) async throws(RequestFailure) -> HTTPClientResponse {
        let access = try await connection.prepare()
        var message = HTTPClientRequest(url: connection.base + request.target)
        message.method = HTTPMethod(rawValue: request.method.rawValue)
        message.tlsConfiguration = access.tls
        if let host = connection.hostHeader { message.headers.add(name: "Host", value: host) }
        message.headers.add(name: "Accept", value: "application/json")
        message.headers.add(name: "User-Agent", value: userAgent)
        if let authorization = access.authorization {
            message.headers.add(name: "Authorization", value: authorization.text)
        }
        if let contentType = request.contentType {
            message.headers.add(name: "Content-Type", value: contentType)
            message.body = .bytes(ByteBuffer(bytes: request.body))
        }
        let response: HTTPClientResponse
        do {
            response = try await access.client.execute(message, timeout: .nanoseconds(patience.wholeNanoseconds))
        } catch {
            observer.tell(.answered(verb: request.verb, resource: request.resource, code: 0))
            let failure = RequestFailure.transport(error, to: server)
            guard failure.cause == .security else { throw failure }
            _ = await connection.distrust()
            throw await connection.diagnose(error) ?? failure
        }
        let code = Int(response.status.code)
        observer.tell(.answered(verb: request.verb, resource: request.resource, code: code))
        guard !(200..<300).contains(code) else { return response }
        let body = try? await response.body.collect(upTo: 1 << 20)
        throw StatusAnswer.failure(
            code: code, retryAfter: response.headers.first(name: "Retry-After"),
            body: Array((body ?? ByteBuffer()).readableBytesView), to: request)
    }

    // MARK: - Objects

    package func get<Object>(
        _ type: ResourceType<Object>, _ name: NamespacedName
    ) async throws(RequestFailure) -> Object { try decode(try await send(.get(type, name))) }

    /// All objects, page by page; those that cannot be parsed are left out, and reported to the observer.
    package func list<Object>(
        _ type: ResourceType<Object>, _ scope: APIRequest.Scope = .init()
    ) async throws(RequestFailure) -> [Object] {
        do throws(RequestFailure) {
            return try await list(type, scope, limit: KubernetesClient.page)
        } catch {
            // Its pages took longer than the server keeps the state that they show. One answer cannot.
            guard error.isExpired else { throw error }
            return try await list(type, scope, limit: nil)
        }
    }

    private func list<Object>(
        _ type: ResourceType<Object>, _ scope: APIRequest.Scope, limit: Int?
    ) async throws(RequestFailure) -> [Object] {
        var objects: [Object] = []
        var token: String?
        repeat {
            let request = APIRequest.list(type, scope, limit: limit, continuing: token)
            let page: ListPage<Object> = try decode(try await send(request))
            for item in page.items {
                if let object = item.object { objects.append(object) } else { report(item, type) }
            }
            token = page.metadata.continue.flatMap { $0.isEmpty ? nil : $0 }
        } while token != nil
        return objects
    }

    @discardableResult
    package func create<Object>(
        _ type: ResourceType<Object>, _ object: Object, in namespace: String?,
        patience: Duration = KubernetesClient.patience, isUrgent: Bool = false
    ) async throws(RequestFailure) -> Object {
        let request = APIRequest.create(type, in: namespace, body: try encode(object))
        return try decode(try await send(request, patience: patience, isUrgent: isUrgent))
    }

    /// Replaces an object whole: only for kinds of which every field is known.
    @discardableResult
    package func replace<Object>(
        _ type: ResourceType<Object>, _ object: Object, patience: Duration = KubernetesClient.patience,
        isUrgent: Bool = false
    ) async throws(RequestFailure) -> Object {
        let request = APIRequest.replace(type, ListedName.of(object), body: try encode(object))
        return try decode(try await send(request, patience: patience, isUrgent: isUrgent))
    }

    /// - Parameters:
    ///   - body: JSON.
    ///   - manager: who the fields belong to from then on.
    @discardableResult
    package func patch<Object>(
        _ type: ResourceType<Object>, _ name: NamespacedName, subresource: String? = nil,
        _ patch: APIRequest.Patch = .merge, manager: String, body: [UInt8]
    ) async throws(RequestFailure) -> Object {
        let request = APIRequest.patch(type, name, subresource: subresource, patch, manager: manager, body: body)
        return try decode(try await send(request))
    }

    /// Server-side apply: the fields of the object, and no others, are as they are here from then on.
    @discardableResult
    package func apply<Object>(
        _ type: ResourceType<Object>, _ object: Object, to name: NamespacedName, subresource: String? = nil,
        manager: String
    ) async throws(RequestFailure) -> Object {
        try await patch(
            type, name, subresource: subresource, .apply, manager: manager, body: try encode(object))
    }

    package func delete<Object>(_ type: ResourceType<Object>, _ name: NamespacedName) async throws(RequestFailure) {
        try await send(.delete(type, name))
    }

    func report<Object>(_ item: LenientObject<Object>, _ type: ResourceType<Object>) {
        observer.tell(
            .unreadable(
                resource: type.name, object: item.name?.description ?? "(without a name)",
                problem: item.problem ?? "it cannot be read"))
    }

    package func decode<Value: Decodable>(_ octets: [UInt8]) throws(RequestFailure) -> Value {
        try decode(Data(octets))
    }

    func decode<Value: Decodable>(_ data: Data) throws(RequestFailure) -> Value {
        do {
            return try JSONDecoder().decode(Value.self, from: data)
        } catch let error as DecodingError {
            throw RequestFailure(.answer, "\(server) sent an answer that cannot be parsed: \(error.place)")
        } catch {
            throw RequestFailure(.answer, "\(server) sent an answer that cannot be parsed")
        }
    }

    private func encode(_ value: some Encodable) throws(RequestFailure) -> [UInt8] {
        let encoder = JSONEncoder()
        // An apply is read as YAML, which has no escape for a slash.
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return Array(try encoder.encode(value))
        } catch {
            throw RequestFailure(.answer, "the object cannot be written as JSON: \(error)")
        }
    }
}
