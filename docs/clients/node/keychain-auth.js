// SPDX-License-Identifier: MIT
// Asks keychain-auth for secrets. Plain node (18 or later), no package and no compiler needed.
//
//     import { connect } from "./keychain-auth.js";
//     const client = await connect();
//     const secret = await client.read("aws", "prod-api-key");
//     client.close();
//
// The program that the daemon sees is node itself, which makes code as it runs: register it with
// --jit, or let kcget speak for your script (docs/policy.md). A value is a string: it can't be
// wiped. Requests on one client are answered in order.
import { lstatSync } from "node:fs";
import { createConnection } from "node:net";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

const LINE_MAX = 32 * 1024 * 1024; // bytes of an answer (docs/protocol.md, "Limits")

// The daemon said no, or there is none. `status` and `reason` are the protocol's words.
export class KeychainAuthError extends Error {
    constructor(message, status = "error", reason = "") {
        super(message);
        this.status = status;
        this.reason = reason;
    }
}

export function defaultAddress(environment = process.env) {
    if (environment.KEYCHAIN_AUTH_SOCKET) {
        return environment.KEYCHAIN_AUTH_SOCKET;
    }
    const config = environment.XDG_CONFIG_HOME || join(homedir(), ".config");
    return join(environment.XDG_RUNTIME_DIR || config, "keychain-auth", "agent.sock");
}

// Node can't ask the kernel who listens (no SO_PEERCRED). Who else could? Only this user and root
// can make a socket in a directory that is the user's own and that nobody else may write to.
function checkOwner(address) {
    for (const [path, kind] of [[dirname(address), "isDirectory"], [address, "isSocket"]]) {
        let found;
        try {
            found = lstatSync(path);
        } catch (error) {
            throw new KeychainAuthError(`no daemon at "${address}"`, "error", error.code);
        }
        if (!found[kind]() || found.uid !== process.geteuid() || (found.mode & 0o022) !== 0) {
            throw new KeychainAuthError(`"${path}" isn't this user's own`);
        }
    }
}

class Client {
    #socket;
    #timeout;
    #nonce = "";
    #pieces = [];
    #length = 0;
    #waiting = [];

    constructor(socket, timeout) {
        this.#socket = socket;
        this.#timeout = timeout;
        socket.on("data", (piece) => this.#take(piece));
        socket.on("error", (error) => this.#fail(error));
        socket.on("close", () => this.#fail(new KeychainAuthError("the connection ended")));
    }

    #fail(error) {
        this.#socket.destroy();
        for (const { reject } of this.#waiting.splice(0)) {
            reject(error);
        }
    }

    #take(piece) {
        for (let end; (end = piece.indexOf(10)) >= 0; piece = piece.subarray(end + 1)) {
            const line = Buffer.concat([...this.#pieces, piece.subarray(0, end)]).toString("utf8");
            this.#pieces = [];
            this.#length = 0;
            try {
                this.#waiting.shift()?.resolve(JSON.parse(line));
            } catch (error) {
                this.#fail(error);
                return;
            }
        }
        this.#pieces.push(piece);
        this.#length += piece.length;
        if (this.#length > LINE_MAX) {
            this.#fail(new KeychainAuthError("the answer is too long"));
        }
    }

    async #exchange(message) {
        if (this.#socket.destroyed) {
            throw new KeychainAuthError("the connection ended");
        }
        let timer;
        try {
            return await new Promise((resolve, reject) => {
                const late = () => this.#fail(new KeychainAuthError("no answer in time"));
                timer = setTimeout(late, this.#timeout);
                this.#waiting.push({ resolve, reject });
                this.#socket.write(JSON.stringify(message) + "\n");
            });
        } finally {
            clearTimeout(timer);
        }
    }

    async hello() {
        this.#nonce = (await this.#exchange({ type: "HELLO" })).nonce;
        return this;
    }

    // One request as docs/protocol.md has it; its results, or KeychainAuthError.
    async request(action, service, members = {}) {
        const answer = await this.#exchange({
            type: "REQUEST", action, service, nonce: this.#nonce, ...members,
        });
        if (answer.status !== "success") {
            throw new KeychainAuthError(answer.message || answer.reason, answer.status,
                answer.reason);
        }
        return answer.results;
    }

    // The value of one target. An error with reason not_found: there is none.
    async read(service, target) {
        return (await this.request("read", service, { targets: [target] }))[0].value;
    }

    async write(service, target, value, attributes = {}) {
        await this.request("write", service, { targets: [target], values: [value], attributes });
    }

    close() {
        this.#socket.destroy();
    }
}

// `timeout` in milliseconds bounds every answer.
export async function connect({ address = defaultAddress(), timeout = 30000 } = {}) {
    checkOwner(address);
    const client = new Client(createConnection(address), timeout);
    try {
        return await client.hello();
    } catch (error) {
        client.close();
        throw error;
    }
}
