import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import TestSupport
import Yams

/// A Kubernetes API server in memory, for tests: the promises that Martlet depends on, and on request their breach.
///
/// Lists in pages, watches with bookmarks and 410, conflicts, merge patches, server-side apply of objects with one owner,
/// status subresources, field and label selectors, Leases, tokens, RBAC and ValidatingAdmissionPolicies by the objects that
/// were loaded, discovery, and garbage collection of what a deleted object owned.
package actor TestAPIServer {
    package static let adminToken = "admin"

    package private(set) var store = APIStore()
    /// What was asked, in order.
    package private(set) var requests: [RecordedRequest] = []
    private var access = AccessRules()
    private var policies = AdmissionPolicies()
    private var users = [TestAPIServer.adminToken: User(name: "admin")]
    /// Whether it is ready; before, it answers that it is not.
    private var isReady = true
    private var kinds: [String: String] = [
        "services": "Service", "nodes": "Node", "namespaces": "Namespace", "secrets": "Secret",
        "endpointslices.discovery.k8s.io": "EndpointSlice", "leases.coordination.k8s.io": "Lease",
        "events.events.k8s.io": "Event",
    ]
    /// The served versions of what was defined, by resource.
    private var versions: [String: [String]] = [:]
    private var faults: [Fault] = []
    private var remembered: APIStore?
    private var watches: [ObjectIdentifier: Watch] = [:]
    private var pages: [String: (items: [JSON], version: Int)] = [:]
    private var listener: (any Channel)?
    private var connections: [ObjectIdentifier: any Channel] = [:]
    private let namespace: NetworkNamespace?
    package private(set) var port = 0

    struct Watch: Sendable {
        var number: Int
        /// What is not newer is not told.
        var from: Int
        var path: APIPath
        var selector: ObjectSelector
        var channel: any Channel
    }

    /// - Parameter namespace: whose loopback it listens on; without one, that of this process.
    package init(in namespace: NetworkNamespace? = nil) { self.namespace = namespace }

    // MARK: - Life

    /// Listens on 127.0.0.1; on the port that it had before, if it was stopped.
    package func start() async throws {
        // As every cluster has it.
        try apply(["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "kube-system"]])
        let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline(withPipeliningAssistance: false)
                    try channel.pipeline.syncOperations.addHandler(RequestHandler(self))
                }
            }
        let channel =
            if let namespace {
                try await bootstrap.withBoundSocket(namespace.tcpSocket(boundTo: port)).get()
            } else {
                try await bootstrap.bind(host: "127.0.0.1", port: port).get()
            }
        listener = channel
        self.port = channel.localAddress?.port ?? 0
    }

    /// Is gone: closes the port and every connection. What it stores stays.
    package func stop() async {
        try? await listener?.close()
        listener = nil
        cutConnections()
    }

    /// Breaks every connection, watches among them.
    package func cutConnections() {
        for channel in connections.values { channel.close(promise: nil) }
        watches = [:]
    }

    // MARK: - What tests say

    /// Makes a token for a ServiceAccount.
    ///
    /// - Parameter node: which the token names, as that of a pod does.
    package func addAccount(_ name: String, namespace: String = "martlet-system", node: String? = nil) -> String {
        let token = "token-of-\(name)" + (node.map { "-on-\($0)" } ?? "")
        var user = User(name: "system:serviceaccount:\(namespace):\(name)")
        user.extra[User.nodeKey] = node.map { [$0] }
        users[token] = user
        return token
    }

    /// Whether it is ready. Before, everything is answered by 503, as `/readyz` says.
    package func setReady(_ isReady: Bool) { self.isReady = isReady }

    /// Takes in manifests as an administrator would apply them: CRDs, RBAC and objects.
    package func apply(yaml: String) throws {
        for document in try Yams.load_all(yaml: yaml) {
            let data = try JSONSerialization.data(withJSONObject: document as Any)
            try apply(try JSON(Array(data)))
        }
    }

    package func apply(_ object: JSON) throws {
        access.load(object)
        policies.load(object)
        let kind = object["kind"]?.string ?? ""
        let plural = kind.lowercased().hasSuffix("y") ? kind.lowercased().dropLast() + "ies" : kind.lowercased() + "s"
        if kind == "CustomResourceDefinition" {
            let resource = object["metadata", "name"]?.string ?? ""
            kinds[resource] = object["spec", "names", "kind"]?.string
            versions[resource] = (object["spec", "versions"]?.array ?? []).compactMap { $0["name"]?.string }
        }
        let apiVersion = object["apiVersion"]?.string ?? "v1"
        let namespace = object["metadata", "namespace"]?.string.map { "/namespaces/\($0)" } ?? ""
        let base = (apiVersion.contains("/") ? "/apis/" : "/api/") + apiVersion + namespace + "/\(plural)"
        guard let all = APIPath(base), let one = APIPath(base + "/" + (object["metadata", "name"]?.string ?? "")) else {
            return
        }
        let isThere = (try? store.get(one)) != nil
        if isThere {
            _ = try store.update(one, resourceVersion: nil) { $0.merged(with: object) }
        } else {
            _ = try store.create(all, object, kind: kind)
        }
        publish()
    }

    package func delete(_ path: String) throws {
        guard let path = APIPath(path) else { return }
        _ = try store.delete(path)
        publish()
    }

    /// Changes an object as another client would, a status included.
    package func patch(_ path: String, _ patch: JSON) throws {
        guard let path = APIPath(path) else { return }
        _ = try store.update(path, resourceVersion: nil) { $0.merged(with: patch) }
        publish()
    }

    package func object(_ path: String) -> JSON? { APIPath(path).flatMap { try? store.get($0) } }

    package func objects(_ path: String) -> [JSON] { APIPath(path).map { store.list($0, ObjectSelector([:])) } ?? [] }

    package func misbehave(_ fault: Fault) { faults.append(fault) }

    package func behave() { faults = [] }

    /// Forgets history: watches that begin from before are told 410, and so are lists that go on.
    package func expire() {
        store.compact()
        pages = [:]
    }

    /// Keeps the state as it is, for lists that are to be stale, or to be set back to.
    package func remember() { remembered = store }

    /// Is as it was when it was told to remember, resourceVersions included, as after a restored backup of etcd. Watches
    /// that stand go on, and tell nothing before their resourceVersion has come again.
    package func setBack() {
        guard let remembered else { return }
        store.setBack(to: remembered)
        told = store.version
        pages = [:]
    }

    /// Takes a kind away, with its objects.
    package func removeKind(_ resource: String) {
        kinds[resource] = nil
        versions[resource] = nil
    }

    package func forgetRequests() { requests = [] }

    /// Tells every watch how far it is.
    package func sendBookmarks() {
        for watch in watches.values {
            let object: JSON = [
                "kind": .string(kinds[watch.path.resource] ?? ""),
                "metadata": ["resourceVersion": .string("\(store.version)")],
            ]
            send("BOOKMARK", object, on: watch.channel)
        }
    }

    // MARK: - Requests

    struct Request: Sendable {
        var method: String
        var uri: String
        var token: String
        var contentType: String
        var body: [UInt8]
    }

    func opened(_ channel: any Channel) { connections[ObjectIdentifier(channel)] = channel }

    func closed(_ channel: any Channel) {
        connections[ObjectIdentifier(channel)] = nil
        watches[ObjectIdentifier(channel)] = nil
    }

    func handle(_ request: Request, on channel: any Channel) async {
        guard let parts = URLComponents(string: request.uri) else { return channel.close(promise: nil) }
        let query = Dictionary(
            (parts.queryItems ?? []).map { ($0.name, $0.value ?? "") }, uniquingKeysWith: { _, last in last })
        guard let path = APIPath(parts.path) else {
            return discover(parts.path, on: channel)
        }
        let verb = verb(request.method, path, query)
        let resource = path.plural + (path.subresource.map { "/" + $0 } ?? "")
        let user = users[request.token] ?? User(name: "")
        func record(_ code: Int) {
            requests.append(
                RecordedRequest(user: user.name, verb: verb, resource: resource, path: parts.path, code: code))
        }
        let effect = isReady ? fault(verb, resource) : .answer(503, retryAfter: nil)
        switch effect {
        case .answer(let code, let retryAfter):
            record(code)
            let status: JSON = [
                "kind": "Status", "code": .number(Double(code)), "message": "trouble", "reason": "Trouble",
            ]
            return answer(code, status, retryAfter: retryAfter, on: channel)
        case .hang: return record(0)
        case .cut:
            record(0)
            return channel.close(promise: nil)
        case .delay(let duration): try? await Task.sleep(for: duration)
        case .stale:
            if let remembered, let stale = try? list(path, query, from: remembered) {
                record(200)
                return answer(200, stale, on: channel)
            }
        case .cutAfterwards, nil: break
        }
        do {
            try authorize(user.name, verb, path)
            // What is applied and not there yet is created.
            let isNew = verb == "create" || verb == "patch" && (try? store.get(path)) == nil
            let result = try perform(verb, path, query, request, user, on: channel)
            record(isNew ? 201 : 200)
            if case .cutAfterwards = effect { return channel.close(promise: nil) }
            if let result { answer(isNew ? 201 : 200, result, on: channel) }
        } catch {
            record(error.code)
            let status: JSON = [
                "kind": "Status", "apiVersion": "v1", "status": "Failure", "code": .number(Double(error.code)),
                "reason": .string(error.reason), "message": .string(error.message),
            ]
            answer(error.code, status, on: channel)
        }
    }

    private func verb(_ method: String, _ path: APIPath, _ query: [String: String]) -> String {
        switch method {
        case "POST": "create"
        case "PUT": "update"
        case "PATCH": "patch"
        case "DELETE": "delete"
        default: path.name != nil ? "get" : query["watch"] == "true" ? "watch" : "list"
        }
    }

    private func fault(_ verb: String, _ resource: String) -> Fault.Effect? {
        let place = faults.firstIndex { fault in
            fault.count > 0 && fault.verb.map { $0 == verb } ?? true
                && fault.resource.map { $0 == resource } ?? true
        }
        guard let place else { return nil }
        faults[place].count -= 1
        return faults[place].effect
    }

    private func authorize(_ user: String, _ verb: String, _ path: APIPath) throws(APIStore.Refusal) {
        guard !user.isEmpty else {
            throw APIStore.Refusal(code: 401, reason: "Unauthorized", message: "Unauthorized")
        }
        guard user == "admin" || access.permits(user, verb, path) else {
            throw APIStore.Refusal(
                code: 403, reason: "Forbidden",
                message:
                    "\(path.resource) is forbidden: User \"\(user)\" cannot \(verb) resource \"\(path.plural)\(path.subresource.map { "/" + $0 } ?? "")\" in API group \"\(path.group)\""
            )
        }
        guard kinds[path.resource] != nil, serves(path.resource, path.version) else {
            throw APIStore.Refusal(
                code: 404, reason: "NotFound", message: "the server could not find the requested resource")
        }
    }

    private func perform(
        _ verb: String, _ path: APIPath, _ query: [String: String], _ request: Request, _ user: User,
        on channel: any Channel
    ) throws(APIStore.Refusal) -> JSON? {
        switch verb {
        case "get": return try store.get(path)
        case "list": return try list(path, query, from: store)
        case "watch":
            try watch(path, query, on: channel)
            return nil
        case "delete":
            defer { publish() }
            return try store.delete(path)
        default: break
        }
        guard let body = try? JSON(request.body) else {
            throw APIStore.Refusal(code: 400, reason: "BadRequest", message: "the body is not JSON")
        }
        defer { publish() }
        let before = store
        let oldObject = try? store.get(path)
        let object = try write(verb, path, request, body)
        do throws(APIStore.Refusal) {
            try policies.check(
                AdmissionPolicies.Attempt(
                    user: user, operation: oldObject == nil ? "CREATE" : "UPDATE", path: path, object: object,
                    oldObject: oldObject ?? .null))
        } catch {
            store = before
            throw error
        }
        return object
    }

    private func write(
        _ verb: String, _ path: APIPath, _ request: Request, _ body: JSON
    ) throws(APIStore.Refusal) -> JSON {
        let version = body["metadata", "resourceVersion"]?.string
        switch verb {
        case "create": return try store.create(path, body, kind: kinds[path.resource] ?? "")
        case "update":
            return try store.update(path, resourceVersion: version) { _ in body }
        default:
            if request.contentType.contains("apply-patch") {
                // As the real one reads YAML: there is no such escape.
                if String(decoding: request.body, as: UTF8.self).contains("\\/") {
                    throw APIStore.Refusal(
                        code: 400, reason: "BadRequest", message: "error decoding YAML: unknown escape")
                }
                if path.subresource == nil, (try? store.get(path)) == nil {
                    var all = path
                    all.name = nil
                    return try store.create(all, body, kind: kinds[path.resource] ?? "")
                }
                return try store.update(path, resourceVersion: version) { present in
                    // One owner: what it does not say any more of the status is gone.
                    var present = present
                    if path.subresource == "status" { present["status"] = nil }
                    return present.merged(with: body)
                }
            }
            return try store.update(path, resourceVersion: version) { $0.merged(with: body) }
        }
    }

    private func list(
        _ path: APIPath, _ query: [String: String], from store: APIStore
    ) throws(APIStore.Refusal) -> JSON {
        var items = store.list(path, ObjectSelector(query))
        var version = store.version
        if let token = query["continue"] {
            guard let page = pages.removeValue(forKey: token) else {
                throw APIStore.Refusal(
                    code: 410, reason: "Expired", message: "The provided continue parameter is too old")
            }
            (items, version) = page
        }
        var metadata: JSON = ["resourceVersion": .string("\(version)")]
        if let limit = query["limit"].flatMap({ Int($0) }), items.count > limit {
            let token = UUID().uuidString
            pages[token] = (Array(items[limit...]), version)
            metadata["continue"] = .string(token)
            items = Array(items[..<limit])
        }
        // Items of a list do not say what they are.
        let bare = items.map { item -> JSON in
            var item = item
            item["apiVersion"] = nil
            item["kind"] = nil
            return item
        }
        return [
            "kind": .string((kinds[path.resource] ?? "") + "List"), "apiVersion": .string(path.apiVersion),
            "metadata": metadata, "items": .array(bare),
        ]
    }

    // MARK: - Watches

    private func watch(_ path: APIPath, _ query: [String: String], on channel: any Channel) throws(APIStore.Refusal) {
        let selector = ObjectSelector(query)
        let from = query["resourceVersion"].flatMap { Int($0) } ?? 0
        let head = HTTPResponseHead(
            version: .http1_1, status: .ok,
            headers: ["Content-Type": "application/json", "Transfer-Encoding": "chunked"])
        channel.write(HTTPServerResponsePart.head(head), promise: nil)
        channel.flush()
        guard let changes = store.changes(after: from, of: path) else {
            let status: JSON = [
                "kind": "Status", "code": 410, "reason": "Expired", "message": "too old resource version",
            ]
            send("ERROR", status, on: channel)
            channel.writeAndFlush(HTTPServerResponsePart.end(nil), promise: nil)
            return
        }
        watchCount += 1
        let watch = Watch(number: watchCount, from: from, path: path, selector: selector, channel: channel)
        for change in changes { tell(watch, change) }
        watches[ObjectIdentifier(channel)] = watch
        if let seconds = query["timeoutSeconds"].flatMap({ Int64($0) }) {
            Task {
                try await Task.sleep(for: .seconds(seconds))
                end(watch)
            }
        }
    }

    /// Ends an answer whose time is over; its connection can be asked again.
    private func end(_ watch: Watch) {
        let place = ObjectIdentifier(watch.channel)
        guard watches[place]?.number == watch.number else { return }
        watches[place] = nil
        watch.channel.writeAndFlush(HTTPServerResponsePart.end(nil), promise: nil)
    }

    private var watchCount = 0
    private var told = 0

    /// Tells every watch what it has not been told.
    private func publish() {
        // Only what is new is looked at: it is at the end.
        let first = store.changes.lastIndex { $0.version <= told }.map { $0 + 1 } ?? 0
        let news = store.changes[min(first, store.changes.count)...]
        told = store.version
        for watch in watches.values {
            for change in news where change.resource == watch.path.resource { tell(watch, change) }
        }
    }

    private func tell(_ watch: Watch, _ change: APIStore.Change) {
        guard change.version > watch.from else { return }
        if let namespace = watch.path.namespace, change.last["metadata", "namespace"]?.string != namespace { return }
        let was = change.before.map(watch.selector.matches) ?? false
        let `is` = change.after.map(watch.selector.matches) ?? false
        switch (was, `is`) {
        case (false, true): send("ADDED", change.last, on: watch.channel)
        case (true, true): send("MODIFIED", change.last, on: watch.channel)
        case (true, false): send("DELETED", change.last, on: watch.channel)
        case (false, false): break
        }
    }

    private func send(_ type: String, _ object: JSON, on channel: any Channel) {
        let line = JSON.object(["type": .string(type), "object": object]).text + [UInt8(ascii: "\n")]
        channel.writeAndFlush(HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(bytes: line))), promise: nil)
    }

    // MARK: - Answers

    /// What is not a resource.
    private func discover(_ path: String, on channel: any Channel) {
        let parts = path.split(separator: "/").map(String.init)
        var code = 200
        var body: JSON
        switch (parts.first, parts.count) {
        case ("healthz", _), ("readyz", _), ("livez", _):
            code = isReady ? 200 : 500
            body = "ok"
        case ("version", _): body = ["major": "1", "minor": "36", "gitVersion": "v1.36.0"]
        case ("apis", 2) where !servedVersions(of: parts[1]).isEmpty:
            let versions = servedVersions(of: parts[1]).map { version in
                JSON.object(["groupVersion": .string("\(parts[1])/\(version)"), "version": .string(version)])
            }
            body = ["kind": "APIGroup", "name": .string(parts[1]), "versions": .array(versions)]
        case ("apis", 3) where servedVersions(of: parts[1]).contains(parts[2]):
            let resources = kinds.filter { $0.key.hasSuffix("." + parts[1]) && serves($0.key, parts[2]) }
            body = [
                "kind": "APIResourceList",
                "resources": .array(
                    resources.sorted { $0.key < $1.key }.map {
                        .object([
                            "name": .string(String($0.key.prefix { $0 != "." })), "kind": .string($0.value),
                            "namespaced": true,
                        ])
                    }),
            ]
        default:
            code = 404
            body = ["kind": "Status", "code": 404, "reason": "NotFound", "message": "not found"]
        }
        requests.append(
            RecordedRequest(user: "", verb: "get", resource: parts.first ?? "", path: path, code: code))
        answer(code, body, on: channel)
    }

    private func serves(_ resource: String, _ version: String) -> Bool {
        versions[resource]?.contains(version) ?? (version == "v1")
    }

    /// The versions of a group, newest first.
    private func servedVersions(of group: String) -> [String] {
        let resources = kinds.keys.filter { $0.hasSuffix("." + group) }
        return Set(resources.flatMap { versions[$0] ?? ["v1"] }).sorted(by: >)
    }

    private func answer(_ code: Int, _ body: JSON, retryAfter: Int? = nil, on channel: any Channel) {
        let octets = body.text
        var headers: HTTPHeaders = ["Content-Type": "application/json", "Content-Length": "\(octets.count)"]
        if let retryAfter { headers.add(name: "Retry-After", value: "\(retryAfter)") }
        let head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: code), headers: headers)
        channel.write(HTTPServerResponsePart.head(head), promise: nil)
        channel.write(HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(bytes: octets))), promise: nil)
        channel.writeAndFlush(HTTPServerResponsePart.end(nil), promise: nil)
    }
}

/// Hands whole requests to the server, one after the other for each connection.
private final class RequestHandler: ChannelInboundHandler, Sendable {
    typealias InboundIn = HTTPServerRequestPart

    private let parts: AsyncStream<HTTPServerRequestPart>
    private let part: AsyncStream<HTTPServerRequestPart>.Continuation
    private let server: TestAPIServer

    init(_ server: TestAPIServer) {
        self.server = server
        (parts, part) = AsyncStream.makeStream(of: HTTPServerRequestPart.self)
    }

    func channelActive(context: ChannelHandlerContext) {
        let (server, parts, channel) = (server, parts, context.channel)
        Task {
            await server.opened(channel)
            var head: HTTPRequestHead?
            var body: [UInt8] = []
            for await part in parts {
                switch part {
                case .head(let new):
                    head = new
                    body = []
                case .body(let buffer): body += Array(buffer.readableBytesView)
                case .end:
                    guard let head else { continue }
                    let authorization = head.headers.first(name: "Authorization") ?? ""
                    await server.handle(
                        TestAPIServer.Request(
                            method: head.method.rawValue, uri: head.uri,
                            token: String(authorization.drop { $0 != " " }.dropFirst()),
                            contentType: head.headers.first(name: "Content-Type") ?? "", body: body), on: channel)
                }
            }
            await server.closed(channel)
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { part.yield(unwrapInboundIn(data)) }

    func channelInactive(context: ChannelHandlerContext) { part.finish() }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
