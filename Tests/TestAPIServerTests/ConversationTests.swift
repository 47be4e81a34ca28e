import Foundation
import TestAPIServer
import TestSupport
import Testing

/// The API server in memory is worth what it shares with a real one: both must answer one table of exchanges alike.
///
/// The real one runs where `KUBEBUILDER_ASSETS` names a folder with it.
@Suite(.serialized) struct ConversationTests {
    @Test("Each API server at hand keeps the promises of the table", arguments: APIServerUnderTest.assetsAtHand)
    func promises(assets: String?) async throws {
        try await APIServerUnderTest.run(assets: assets) { server in
            for conversation in Conversation.all { try await Self.hold(conversation, server) }
        }
    }

    private static func hold(_ conversation: Conversation, _ server: APIServerUnderTest) async throws {
        var kept: [String: String] = [:]
        for (number, exchange) in conversation.exchanges.enumerated() {
            func fill(_ text: String) -> String {
                kept.reduce(text) { $0.replacing("{\($1.key)}", with: $1.value) }
            }
            let place = "\(conversation.situation), exchange \(number + 1): \(exchange.method) \(exchange.path)"
            let body = try exchange.body.map { try JSON(Array(fill(String(decoding: $0.text, as: UTF8.self)).utf8)) }
            let answer = try await server.ask(
                exchange.method, fill(exchange.path), body, contentType: exchange.contentType, as: exchange.account)
            let text = String(decoding: answer.text, as: UTF8.self)
            #expect(answer.code == exchange.code, "\(place): \(text.prefix(600))")
            if let events = exchange.events {
                #expect(try told(text) == events, "\(place): \(text.prefix(600))")
                continue
            }
            guard let object = try? JSON(answer.text) else { continue }
            for (path, value) in exchange.says {
                let expected = value.string.map { JSON.string(fill($0)) } ?? value
                #expect(object[path] == expected, "\(place): \(path.joined(separator: ".")) in \(text.prefix(900))")
            }
            for path in exchange.lacks {
                #expect(object[path] == nil, "\(place): \(path.joined(separator: ".")) in \(text.prefix(900))")
            }
            if let names = exchange.names {
                let items = (object["items"]?.array ?? []).compactMap { $0["metadata", "name"]?.string }
                #expect(items.filter { $0 != "kubernetes" } == names, "\(place)")
            }
            for (name, path) in exchange.keeps {
                kept[name] = try #require(object[path]?.string, "\(place): \(path) in \(text.prefix(600))")
            }
        }
    }

    /// The events of a watch, bookmarks left out.
    private static func told(_ text: String) throws -> [String] {
        try text.split(separator: "\n").compactMap { line in
            let event = try JSON(Array(line.utf8))
            let type = event["type"]?.string ?? "?"
            return type == "BOOKMARK" ? nil : "\(type) \(event["object", "metadata", "name"]?.string ?? "?")"
        }
    }
}

extension JSON {
    fileprivate subscript(_ path: [String]) -> JSON? { path.reduce(Optional(self)) { $0?[$1] } }
}
