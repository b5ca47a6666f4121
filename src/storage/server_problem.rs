//! Problems of a database server. Each is a sentence of its own, with the fix.

/// A problem of a database server, or of the way to it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ServerProblem {
    /// The URL cannot be used.
    #[error("cannot be used as a database URL ({0}): write postgres://USER@HOST:PORT/DATABASE")]
    Url(String),
    /// The password file may be read by others.
    #[error("needs a password, and {0} may be read by others, so it is not used: `chmod 600 {0}`")]
    PasswordFile(String),
    /// Nothing responds there, or the connection broke.
    #[error("cannot be reached ({0}): check that the server runs and that the address is right")]
    Away(String),
    /// Nothing comes back, over this connection and over a new one.
    #[error("has not responded for {0} s, nor to a new connection: check its host, and the network between")]
    Silent(u64),
    /// The server is starting or stopping.
    #[error("takes no connections now ({0}): try again in a moment")]
    Starting(String),
    /// The server offers no TLS.
    #[error(
        "offers no TLS: set `ssl = on` and a certificate on the server, or sslmode=disable in the URL for a network \
         that nobody else can read"
    )]
    NoTls,
    /// The connection cannot be secured.
    #[error(
        "has no secure connection ({0}): name the file of its authority with sslrootcert=FILE in the URL; \
         sslmode=require encrypts without checking who answers"
    )]
    Tls(String),
    /// The user or the password is wrong, or the server allows no such connection.
    #[error(
        "refused the user ({0}): check the user, and the password in PGPASSWORD or ~/.pgpass, and the server's \
         pg_hba.conf"
    )]
    Refused(String),
    /// The database does not exist.
    #[error(
        "does not exist on that server: create it with `createdb -O ringback -E UTF8 -T template0 NAME`, or name another one"
    )]
    NoDatabase,
    /// The user lacks a right.
    #[error("does not allow this user enough ({0}): use the role that owns the database and the schema")]
    Denied(String),
    /// A standby, or a session that is set to read only.
    #[error("can only be read: it is a standby, or set to read-only; name the primary, or all hosts")]
    ReadOnly,
    /// The server's disk is full.
    #[error("has no room left on the server's disk: free some; what was accepted before is safe")]
    Full,
    /// All connections are taken.
    #[error(
        "has no connection left: close other programs, or raise the limit (max_connections, that of the role, or that \
         of a pooler)"
    )]
    TooManyConnections,
    /// A pooler is between, and shares sessions among connections.
    #[error(
        "is behind a connection pooler in transaction or statement mode, which mixes settings and notifications of \
         different programs: set pool_mode = session for this database in the pooler, or name the server itself"
    )]
    Pooled,
    /// A connection was made and never served.
    #[error(
        "accepts connections and serves none of them: check its host, raise the pool size of a pooler that is between \
         (a sender needs 8 sessions, a console 9), or wait until the server is less busy"
    )]
    NoSession,
    /// An old server.
    #[error("runs PostgreSQL {0}: 15 or newer is required")]
    Version(String),
    /// Not UTF-8.
    #[error("has the encoding {0}: create a database with `createdb -O ringback -E UTF8 -T template0 NAME`")]
    Encoding(String),
    /// Nothing of Ringback is there.
    #[error("has no Ringback schema yet: create it with `ringback doctor --migrate`")]
    NoSchema,
    /// An older Ringback made the schema.
    #[error(
        "has schema {found}, and this Ringback needs {known}: update it with `ringback doctor --migrate`"
    )]
    Behind {
        /// The schema there.
        found: i64,
        /// The schema that this program needs.
        known: i64,
    },
    /// A newer Ringback changed the schema so that this one would damage it.
    #[error("was migrated by a newer Ringback (schema {found}, this one knows {known}): update this one")]
    Ahead {
        /// The schema there.
        found: i64,
        /// The latest schema that this program knows.
        known: i64,
    },
    /// Another database is being copied into it.
    #[error(
        "is being filled from {0}: wait until that is done, or run the same `ringback db copy` again if it was \
         interrupted"
    )]
    Filling(String),
    /// Nobody has made the partitions of today, and this user may not.
    #[error("has no partition for today: run `ringback doctor --migrate` as the owner of the schema")]
    NoPartition,
    /// A statement took longer than it may.
    #[error(
        "does not respond in time: it is overloaded, something there holds a lock, or its synchronous standby is away"
    )]
    Slow,
    /// Another transaction was in the way; asking again helps.
    #[error("had to give way to another transaction: try again")]
    Conflict,
}

impl ServerProblem {
    /// Whether somebody must fix it, so that a retry does not help.
    #[must_use]
    pub fn is_lasting(&self) -> bool {
        matches!(
            self,
            Self::Url(_)
                | Self::PasswordFile(_)
                | Self::Version(_)
                | Self::Encoding(_)
                | Self::NoSchema
                | Self::Behind { .. }
                | Self::Ahead { .. }
        )
    }

    /// Whether it may be over in a moment, without any change to the program or the database.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        matches!(
            self,
            Self::Away(_)
                | Self::Silent(_)
                | Self::Starting(_)
                | Self::ReadOnly
                | Self::TooManyConnections
                | Self::NoSession
                | Self::Slow
                | Self::Conflict
        )
    }

    /// Whether another name or another option is needed: what a person typed is wrong.
    #[must_use]
    pub fn is_wrong_input(&self) -> bool {
        self.is_lasting() || matches!(self, Self::NoDatabase | Self::Refused(_) | Self::Pooled)
    }
}
