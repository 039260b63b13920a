using System.Threading.Channels;
using Microsoft.Data.Sqlite;

namespace ActiveInas.Runs.Labelling;

/// <summary>Writes of many callers to one database: those that wait at the same time share a transaction, and each is told when it is on disk.</summary>
/// <remarks>A commit waits for the disk whatever it holds, so 50 labellers cost hardly more than one.</remarks>
internal sealed class GroupCommit : IDisposable
{
    private const int MostInOne = 256;
    private readonly SqliteConnection _connection;
    private readonly Lock _gate;
    private readonly Channel<Write> _waiting = Channel.CreateUnbounded<Write>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Thread _thread;

    /// <param name="connection">The writer's.</param>
    /// <param name="gate">Held while the connection is used.</param>
    public GroupCommit(SqliteConnection connection, Lock gate)
    {
        _connection = connection;
        _gate = gate;
        _thread = new Thread(Run) { IsBackground = true, Name = "labels" };
        _thread.Start();
    }

    private readonly record struct Write(Action<SqliteTransaction> Do, TaskCompletionSource Done);

    /// <summary>Ends when the write is on disk.</summary>
    /// <exception cref="SqliteException">It is not, and left nothing.</exception>
    /// <exception cref="ObjectDisposedException">The store is closed.</exception>
    public Task WriteAsync(Action<SqliteTransaction> write)
    {
        TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        ObjectDisposedException.ThrowIf(!_waiting.Writer.TryWrite(new Write(write, done)), this);
        return done.Task;
    }

    /// <summary>Writes what waits, and ends.</summary>
    public void Dispose()
    {
        _waiting.Writer.TryComplete();
        _thread.Join();
    }

    private void Run()
    {
        List<Write> writes = [];
        while (_waiting.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (writes.Count < MostInOne && _waiting.Reader.TryRead(out Write write))
            {
                writes.Add(write);
            }

            Commit(writes);
            writes.Clear();
        }
    }

    private void Commit(IReadOnlyList<Write> writes)
    {
        try
        {
            Transact(writes);
        }
        catch (Exception) when (writes.Count > 1)
        {
            // One of them is at fault: each for itself.
            foreach (Write write in writes)
            {
                Commit([write]);
            }

            return;
        }
        catch (Exception exception)
        {
            writes[0].Done.SetException(exception);
            return;
        }

        foreach (Write write in writes)
        {
            write.Done.SetResult();
        }
    }

    private void Transact(IReadOnlyList<Write> writes)
    {
        lock (_gate)
        {
            // Immediate: waits for another process here, not in the middle.
            using SqliteTransaction transaction = _connection.BeginTransaction(deferred: false);
            foreach (Write write in writes)
            {
                write.Do(transaction);
            }

            transaction.Commit();
        }
    }
}
