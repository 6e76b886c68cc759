"""The style sheet for the standard widgets, made of the tokens."""

from __future__ import annotations

from roomtone.gui.look import Look


def stylesheet(look: Look) -> str:
    """Return the style sheet of the window in the theme and scale in use."""
    c, t, r = look.colours, look.tokens.type, look.tokens.radius
    body, small, pad = look.px(t.body), look.px(t.small), look.px(5)
    ring = look.tokens.size.focus
    return f"""
    QWidget#page {{ background: {c.page}; }}
    QWidget#header {{ background: {c.surface}; border-bottom: 1px solid {c.line}; }}
    QWidget#transport {{ background: {c.surface}; border-top: 1px solid {c.line}; }}
    QWidget#panel {{ background: {c.surface}; border-bottom: 1px solid {c.line}; }}
    QWidget#notices, QScrollArea {{ background: transparent; border: none; }}
    QLabel {{ color: {c.text}; background: transparent; font-size: {body}px; }}
    QLabel[role="muted"] {{ color: {c.muted}; font-size: {small}px; }}
    QLabel[role="heading"] {{ font-size: {look.px(t.heading)}px; font-weight: 600; }}
    QLabel[role="strong"] {{ font-weight: 600; }}
    QPushButton, QComboBox, QLineEdit {{
        color: {c.text}; background: {c.control}; border: {ring}px solid {c.control}; font-size: {body}px;
        border-radius: {r.medium}px; padding: {pad}px {look.px(10)}px;
    }}
    QPushButton {{ font-weight: 500; }}
    QPushButton:hover, QComboBox:hover {{ background: {c.control_hover}; border-color: {c.control_hover}; }}
    QPushButton:checked {{ background: {c.control_hover}; border-color: {c.border}; }}
    QPushButton:disabled, QComboBox:disabled {{ color: {c.muted}; background: {c.raised}; border-color: {c.raised}; }}
    QPushButton[role="plain"] {{ background: transparent; border-color: transparent; color: {c.muted}; }}
    QPushButton[role="plain"]:hover, QPushButton[role="plain"]:checked {{
        background: {c.control}; color: {c.text};
    }}
    QPushButton::menu-indicator {{ width: 0; }}
    QPushButton:focus, QComboBox:focus, QLineEdit:focus, QPushButton[role="plain"]:focus {{
        border-color: {c.focus};
    }}
    QLineEdit {{ background: {c.page}; border-color: {c.border}; selection-background-color: {c.focus};
        selection-color: {c.on_accent}; }}
    QLineEdit#inline {{ padding: 0px {look.px(4)}px; border-radius: {r.small}px; }}
    """ + _lists_and_menus(look)


def _lists_and_menus(look: Look) -> str:
    c, t, r = look.colours, look.tokens.type, look.tokens.radius
    body, small, pad = look.px(t.body), look.px(t.small), look.px(5)
    return f"""
    QComboBox::drop-down {{ border: none; width: {look.px(22)}px; }}
    QComboBox::down-arrow {{ width: 0; height: 0; }}
    QComboBox QAbstractItemView {{
        color: {c.text}; background: {c.raised}; border: 1px solid {c.line}; outline: none;
        selection-background-color: {c.control_hover}; selection-color: {c.text};
    }}
    QMenu {{ color: {c.text}; background: {c.raised}; border: 1px solid {c.line}; padding: 4px; font-size: {body}px; }}
    QMenu::item {{ padding: {pad}px {look.px(24)}px; border-radius: {r.small}px; }}
    QMenu::item:selected {{ background: {c.control_hover}; }}
    QDialog {{ background: {c.surface}; }}
    QDialog QAbstractItemView, QHeaderView::section {{ color: {c.text}; background: {c.page}; border: none; }}
    QToolTip {{ color: {c.page}; background: {c.text}; border: none; padding: 3px 6px; font-size: {small}px; }}
    QScrollBar:vertical {{ background: transparent; width: 10px; margin: 2px; }}
    QScrollBar::handle:vertical {{ background: {c.border}; border-radius: 3px; min-height: 32px; }}
    QScrollBar::add-line, QScrollBar::sub-line {{ height: 0; }}
    QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
    """
