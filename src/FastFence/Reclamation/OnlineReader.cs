using FastFence.Reclamation;

namespace FastFence;

/// <summary>
/// The calling thread as an online reader: always inside a read-side critical section, reporting a quiescent state at the end
/// of each of its cycles (render loop, poller). Sections then cost next to nothing. Owning thread only; dispose on it.
/// </summary>
public sealed unsafe class OnlineReader : IDisposable
{
    private readonly ReaderRecord* _reader;
    private bool _disposed;

    private OnlineReader(ReaderRecord* reader) => _reader = reader;

    /// <summary>Registers the calling thread.</summary>
    /// <exception cref="InvalidOperationException">It is registered already, inside a section, or no record can be had.</exception>
    public static OnlineReader Register()
    {
        Section.ThrowIfInside("Registering as an online reader");
        ReaderRecord* reader = Registry.CurrentReader();
        if (reader == null || reader->State is (uint)ReaderState.Online or (uint)ReaderState.Away)
        {
            throw new InvalidOperationException(reader == null
                ? "No reader record is left for this thread; it can still use access sections."
                : "This thread is an online reader already.");
        }

        Registry.SetOnline(reader, true);
        return new OnlineReader(reader);
    }

    /// <summary>Reports a quiescent state: the thread holds nothing that it read before. Two loads, one store.</summary>
    /// <exception cref="InvalidOperationException">Inside an access section, or offline.</exception>
    public void ReportQuiescentState()
    {
        Check();
        Section.ThrowIfInside("A quiescent report", MisuseKind.QuiescentInsideSection);
        if (_reader->State != (uint)ReaderState.Online)
        {
            throw new InvalidOperationException("This reader is offline: it has nothing to report until it has come back (GoOnline).");
        }

        Reader.Quiescent(Domain.Process, _reader);
    }

    /// <summary>Goes offline before blocking: reclaimers do not wait for this thread until <see cref="GoOnline"/>.</summary>
    public void GoOffline()
    {
        Check();
        Section.ThrowIfInside("Going offline", MisuseKind.QuiescentInsideSection);
        Reader.TryLeave(_reader);
    }

    /// <summary>Comes back; nothing when it has not left.</summary>
    public void GoOnline()
    {
        Check();
        Section.ThrowIfInside("Going online");
        if (_reader->State == (uint)ReaderState.Away)
        {
            Reader.Return(Domain.Process, _reader);
        }
    }

    /// <summary>Makes the thread a casual reader again; a section that is open stays open.</summary>
    public void Dispose()
    {
        if (!_disposed)
        {
            Check();
            _disposed = true;
            Registry.SetOnline(_reader, false);
        }
    }

    private void Check()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (Registry.CurrentReader() != _reader)
        {
            throw new InvalidOperationException("An online reader belongs to the thread that registered it.");
        }
    }
}
