"""The style sheet for the standard widgets, made of the tokens."""

from __future__ import annotations

from roomtone.gui.look import Look


def stylesheet(look: Look) -> str:
    """Return the style sheet of the window in the theme and scale in use."""
    c, t, r = look.colours, look.tokens.type, look.tokens.radius
    body, small, pad = look.px(t.body), look.px(t.small), look.px(5)
    ring = look.tokens.size.focus
    return (
        f"""
    QWidget#page, QWidget#sheet, QWidget#prompter {{ background: {c.page}; }}
    QScrollArea#side {{ background: {c.surface}; border-left: 1px solid {c.line}; }}
    QWidget#side {{ background: {c.surface}; }}
    QWidget#header {{ background: {c.surface}; border-bottom: 1px solid {c.line}; }}
    QWidget#transport {{ background: {c.surface}; border-top: 1px solid {c.line}; }}
    QWidget#panel {{ background: {c.surface}; border-bottom: 1px solid {c.line}; }}
    QWidget#notices, QScrollArea {{ background: transparent; border: none; }}
    QLabel {{ color: {c.text}; background: transparent; font-size: {body}px; }}
    QLabel[role="muted"] {{ color: {c.muted}; font-size: {small}px; }}
    QLabel[role="heading"] {{ font-size: {look.px(t.heading)}px; font-weight: 600; }}
    QLabel[role="look"] {{ color: {c.look}; font-size: {small}px; }}
    QLabel[role="strong"] {{ font-weight: 600; }}
    QLabel[role="chip"], QLabel[role="chip-look"] {{
        color: {c.muted}; background: {c.control}; font-size: {small}px; border-radius: {r.small}px;
        padding: {look.px(1)}px {look.px(6)}px;
    }}
    QLabel[role="chip-look"] {{ color: {c.look}; background: {c.look_clip}; }}
    QLabel[role="section"] {{
        color: {c.muted}; font-size: {look.px(t.caption)}px; font-weight: 600; letter-spacing: {look.scale:.1f}px;
    }}
    QFrame#card {{ background: {c.raised}; border: 1px solid {c.line}; border-radius: {r.large}px; }}
    QScrollArea#projects {{ background: {c.surface}; border-bottom: 1px solid {c.line}; }}
    QScrollArea#list {{ background: {c.surface}; border-right: 1px solid {c.line}; }}
    QPushButton, QComboBox, QLineEdit, QAbstractSpinBox {{
        color: {c.text}; background: {c.control}; border: {ring}px solid {c.control}; font-size: {body}px;
        border-radius: {r.medium}px; padding: {pad}px {look.px(10)}px;
    }}
    QPushButton {{ font-weight: 500; }}
    QPushButton:hover, QComboBox:hover {{ background: {c.control_hover}; border-color: {c.control_hover}; }}
    QPushButton:checked {{ background: {c.control_hover}; border-color: {c.border}; }}
    QPushButton:disabled, QComboBox:disabled {{ color: {c.muted}; background: {c.raised}; border-color: {c.raised}; }}
    QPushButton[role="primary"] {{ color: {c.page}; background: {c.text}; border-color: {c.text}; }}
    QPushButton[role="primary"]:hover {{ background: {c.muted}; border-color: {c.muted}; }}
    QPushButton[role="primary"]:disabled {{ color: {c.muted}; background: {c.raised}; border-color: {c.line}; }}
    QPushButton[role="primary"]:focus {{ border-color: {c.focus}; }}
    QPushButton[role="link"] {{
        background: transparent; border-color: transparent; color: {c.muted}; font-size: {small}px;
        padding: {look.px(1)}px {look.tokens.space.hair}px; border-radius: {r.small}px;
    }}
    QPushButton[role="link"]:hover {{ color: {c.text}; text-decoration: underline; }}
    QPushButton[role="link"]:focus {{ border-color: {c.focus}; }}
    QPushButton[role="plain"] {{ background: transparent; border-color: transparent; color: {c.muted}; }}
    QPushButton[role="plain"]:hover, QPushButton[role="plain"]:checked {{
        background: {c.control}; color: {c.text};
    }}
    QPushButton[role="tab"] {{ background: transparent; border-color: transparent; color: {c.muted}; }}
    QPushButton[role="tab"]:hover, QPushButton[role="tab"]:checked {{ background: {c.control}; color: {c.text}; }}
    QPushButton[role="tab"]:focus {{ border-color: {c.focus}; }}
    QPushButton[role="row"], QPushButton[role="tree"] {{
        background: transparent; border-color: transparent; text-align: left; padding: {pad}px {look.px(8)}px;
    }}
    QPushButton[role="row"]:hover, QPushButton[role="tree"]:hover {{ background: {c.control}; }}
    QPushButton[role="row"]:checked {{ background: {c.control}; border-color: {c.control}; }}
    QPushButton[role="row"]:focus, QPushButton[role="tree"]:focus {{ border-color: {c.focus}; }}
    QPushButton::menu-indicator {{ width: 0; }}
    QPushButton:focus, QComboBox:focus, QLineEdit:focus, QAbstractSpinBox:focus, QPushButton[role="plain"]:focus {{
        border-color: {c.focus};
    }}
    QLineEdit, QPlainTextEdit {{ placeholder-text-color: {c.muted}; }}
    QLineEdit {{ background: {c.page}; border-color: {c.border}; selection-background-color: {c.focus};
        selection-color: {c.on_accent}; }}
    QLineEdit#inline {{ padding: 0px {look.px(4)}px; border-radius: {r.small}px; }}
    """
        + _hands(look)
        + _lists_and_menus(look)
    )


def _hands(look: Look) -> str:
    """Return the style of what is moved, ticked and written on."""
    c, t, r = look.colours, look.tokens.type, look.tokens.radius
    groove, knob, ring = look.px(4), look.px(14), look.tokens.size.focus
    return f"""
    QPlainTextEdit#writing {{
        color: {c.text}; background: transparent; border: none; padding: {look.px(4)}px;
        selection-background-color: {c.focus}; selection-color: {c.on_accent};
    }}
    QWidget#prompter QPlainTextEdit#writing {{ padding: {look.px(16)}px {look.px(20)}px; font-size: {look.px(17)}px; }}
    QPlainTextEdit#field {{
        color: {c.text}; background: {c.page}; border: {ring}px solid {c.border}; border-radius: {r.medium}px;
        padding: {look.px(3)}px {look.px(6)}px; font-size: {look.px(t.body)}px;
        selection-background-color: {c.focus}; selection-color: {c.on_accent};
    }}
    QPlainTextEdit#field:focus {{ border-color: {c.focus}; }}
    QAbstractSpinBox {{ background: {c.page}; border-color: {c.border}; padding: {look.px(4)}px 0px; }}
    QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {{ width: 0; border: none; }}
    QSlider {{ min-height: {knob + 4}px; }}
    QSlider::groove:horizontal {{ height: {groove}px; background: {c.border}; border-radius: {groove // 2}px; }}
    QSlider::sub-page:horizontal {{ background: {c.muted}; border-radius: {groove // 2}px; }}
    QSlider::handle:horizontal {{
        width: {knob - 2 * ring}px; height: {knob - 2 * ring}px; margin: {(groove - knob) // 2}px 0;
        border-radius: {knob // 2}px; background: {c.text}; border: {ring}px solid {c.text};
    }}
    QSlider::handle:horizontal:disabled {{ background: {c.muted}; border-color: {c.muted}; }}
    QSlider::handle:horizontal:focus {{ border-color: {c.focus}; }}
    QSlider:focus {{ background: {c.control}; border-radius: {r.small}px; }}
    QCheckBox {{ color: {c.muted}; font-size: {look.px(t.small)}px; spacing: {look.px(5)}px; }}
    QCheckBox[role="step"] {{ color: {c.text}; font-size: {look.px(t.body)}px; }}
    QCheckBox[role="look"] {{ color: {c.look}; }}
    QCheckBox::indicator {{
        width: {look.px(11)}px; height: {look.px(11)}px; border: {ring}px solid {c.border}; border-radius: 3px;
        background: {c.page};
    }}
    QCheckBox::indicator:checked {{ background: {c.text}; border-color: {c.text}; }}
    QCheckBox::indicator:focus {{ border-color: {c.focus}; }}
    QScrollBar:horizontal {{ background: transparent; height: 10px; margin: 2px; }}
    QScrollBar::handle:horizontal {{ background: {c.border}; border-radius: 3px; min-width: 32px; }}
    """


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
