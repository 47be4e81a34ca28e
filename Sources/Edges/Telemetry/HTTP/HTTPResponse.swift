import NIOCore
import NIOHTTP1
import Presentation

/// What an endpoint answers.
package struct HTTPResponse: Hashable, Sendable {
    package var status: Int
    package var contentType: String
    package var body: ByteBuffer

    package init(status: Int = 200, contentType: String, body: String) {
        self.status = status
        self.contentType = contentType
        self.body = ByteBuffer(string: body)
    }

    package static func text(_ text: String, status: Int = 200) -> HTTPResponse {
        HTTPResponse(status: status, contentType: "text/plain; charset=utf-8", body: text)
    }

    package static func json(_ document: some JSONRepresentable, status: Int = 200) -> HTTPResponse {
        HTTPResponse(status: status, contentType: "application/json", body: document.json.text())
    }
}
