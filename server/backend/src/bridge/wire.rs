//! A web socket that is written without waiting: what the other side does not take yet is kept, within bounds, and reading goes on.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::{Duration, Instant},
};

use futures_util::{Sink, Stream};

/// Whoever takes nothing for this long is gone, whatever its TCP connection says.
const STUCK_AFTER: Duration = Duration::from_secs(5);

/// The other side is gone, or does not take what it is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Lost;

/// One end of a web socket.
#[derive(Debug)]
pub(super) struct Wire<S> {
    socket: S,
    /// Since when something waits to be taken.
    unsent_since: Option<Instant>,
}

impl<S, M, E> Wire<S>
where
    S: Stream<Item = Result<M, E>> + Sink<M, Error = E> + Unpin,
{
    pub(super) fn new(socket: S) -> Self {
        Self { socket, unsent_since: None }
    }

    /// Hands a message over. The socket gathers small ones; [`Wire::poll_sent`] pushes them out.
    pub(super) fn send(&mut self, message: M) -> Result<(), Lost> {
        let since = *self.unsent_since.get_or_insert_with(Instant::now);
        if since.elapsed() > STUCK_AFTER {
            return Err(Lost);
        }
        Pin::new(&mut self.socket).start_send(message).map_err(|_| Lost)
    }

    /// Whether something waits to be pushed out.
    pub(super) fn has_unsent(&self) -> bool {
        self.unsent_since.is_some()
    }

    /// Pushes out what waits.
    pub(super) fn poll_sent(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Lost>> {
        Pin::new(&mut self.socket).poll_flush(cx).map(|flushed| {
            self.unsent_since = None;
            flushed.map_err(|_| Lost)
        })
    }

    /// The next message; `None` at the end.
    pub(super) fn poll_message(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<M, E>>> {
        Pin::new(&mut self.socket).poll_next(cx)
    }

    /// The socket, to say goodbye.
    pub(super) fn into_inner(self) -> S {
        self.socket
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::VecDeque, convert::Infallible};

    use super::*;

    /// Takes messages and never gets them through.
    #[derive(Default)]
    struct Jammed(VecDeque<u8>);

    impl Stream for Jammed {
        type Item = Result<u8, Infallible>;
        fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
            Poll::Ready(Some(Ok(7)))
        }
    }

    impl Sink<u8> for Jammed {
        type Error = Infallible;
        fn poll_ready(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
            Poll::Pending
        }
        fn start_send(mut self: Pin<&mut Self>, message: u8) -> Result<(), Infallible> {
            self.0.push_back(message);
            Ok(())
        }
        fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
            Poll::Pending
        }
        fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
            Poll::Pending
        }
    }

    #[test]
    fn a_jammed_socket_is_read_all_the_same_and_given_up_after_a_while() {
        let mut wire = Wire::new(Jammed::default());
        let mut cx = Context::from_waker(std::task::Waker::noop());

        assert_eq!(wire.send(1), Ok(()));
        assert!(wire.poll_sent(&mut cx).is_pending());
        assert!(wire.has_unsent());
        assert_eq!(wire.poll_message(&mut cx), Poll::Ready(Some(Ok(7))));

        wire.unsent_since = Instant::now().checked_sub(STUCK_AFTER * 2);
        assert_eq!(wire.send(2), Err(Lost));
    }
}
